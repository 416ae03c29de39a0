/** The part of `brakes` that the benchmarks use. The package has no types. */
declare module 'brakes' {
  class Brakes {
    constructor(operation: (...given: never[]) => Promise<unknown>, options: object)
    exec(...given: unknown[]): Promise<unknown>
    /** Internal, but the only way to stop its timers. */
    readonly _stats: { _stopBucketSpinning(): void; stopSnapshots(): void }
    /** Internal, but the only way to open the circuit. */
    _open(): void
  }
  export = Brakes
}
