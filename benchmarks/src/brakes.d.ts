/** What of `brakes` is used here: it comes without types. */
declare module 'brakes' {
  class Brakes {
    constructor(operation: (...given: never[]) => Promise<unknown>, options: object)
    exec(...given: unknown[]): Promise<unknown>
    /** Of its own, not for users; but it has nothing else that stops its timers. */
    readonly _stats: { _stopBucketSpinning(): void; stopSnapshots(): void }
    /** As above: nothing else opens it. */
    _open(): void
  }
  export = Brakes
}
