import { emit, readProperty } from '@holdfast/internal'
import { atExit, notAtExit } from './at-exit.ts'
import type { Destination } from './destination.ts'
import type { LoggerEvent } from './events.ts'

/** Appends to a file or pipe. */
export interface FileDestination extends Destination, Disposable {
  /** How many lines were lost. */
  readonly dropped: number
  flush(): Promise<void>
  flushSync(): void
  /** Writes what waits, and closes the file that it has opened. */
  close(): void
}

/** How long a write waits for a reader that takes nothing, when each line is written at once or the process ends. */
const MAX_BLOCK_MS = 1000
const RETRY_MS = 10
const NO_BYTES = new Uint8Array(0)
const LINE_FEED = new Uint8Array([10])
const encoder = /* @__PURE__ */ new TextEncoder()
const decoder = /* @__PURE__ */ new TextDecoder()

/** The functions of `node:fs` that write to an open file. The file system is passed in, so that the main entry imports no modules of Node. */
export interface FileSystem {
  writeSync(fd: number, bytes: Uint8Array, offset: number): number
  closeSync(fd: number): void
}

/** Settings of an {@link AppendedFile}, all of them given. */
export interface AppendedFileSettings {
  /** Whether `close` closes the descriptor. */
  readonly ownsFile: boolean
  readonly bufferLength: number
  readonly flushIntervalMs: number
  readonly maxWaiting: number
  readonly onEvent: ((event: LoggerEvent) => void) | undefined
}

/** Appends lines to an open file or pipe, from the caller's thread only. */
export class AppendedFile implements FileDestination {
  readonly #fs: FileSystem
  readonly #fd: number
  readonly #settings: AppendedFileSettings
  /** Lines that were not tried to be written yet. */
  #lines = ''
  /** Of those before, what the reader did not take. */
  #rest: Uint8Array = NO_BYTES
  /** A write has waited in vain for the reader: until it reads on, no other line waits. */
  #isStuck = false
  /** What the file took last was no whole line. When nothing of it waits, the rest of it is lost. */
  #isTorn = false
  #isClosed = false
  #isTelling = false
  #timer: ReturnType<typeof setTimeout> | undefined
  dropped = 0

  constructor(fs: FileSystem, fd: number, settings: AppendedFileSettings) {
    this.#fs = fs
    this.#fd = fd
    this.#settings = settings
  }

  get #waiting(): number {
    return this.#lines.length + this.#rest.length
  }

  write(line: string): void {
    const { bufferLength } = this.#settings
    if (this.#isFullFor(line)) this.#drain()
    if (this.#isClosed || this.#isFullFor(line)) {
      this.#drop(line, 'full')
      return
    }
    this.#lines += line
    const patienceMs = bufferLength > 0 || this.#isStuck ? 0 : MAX_BLOCK_MS
    if (this.#waiting > bufferLength) this.#drain(patienceMs)
    if (this.#waiting > 0) this.#keep()
  }

  async flush(): Promise<void> {
    this.#drain()
    while (this.#waiting > 0) {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
      this.#drain()
    }
  }

  flushSync(): void {
    this.#drain(MAX_BLOCK_MS)
  }

  close(): void {
    if (this.#isClosed) return
    this.flushSync()
    this.#isClosed = true
    const lost = this.#rest
    this.#rest = NO_BYTES
    this.#settle()
    this.#drop(lost, 'full')
    if (this.#settings.ownsFile) this.#fs.closeSync(this.#fd)
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** A line may be longer than all that may wait, when nothing does. */
  #isFullFor(line: string): boolean {
    return this.#waiting > 0 && this.#waiting + line.length > this.#settings.maxWaiting
  }

  /** @param patienceMs - How long to wait for a reader that takes nothing. */
  #drain(patienceMs = 0): void {
    // Its number may be another file's by now.
    if (this.#isClosed) return
    const isTorn = this.#isTorn && this.#rest.length === 0
    const before = isTorn ? LINE_FEED : this.#rest
    const lines = encoder.encode(this.#lines)
    const bytes = before.length > 0 ? joined(before, lines) : lines
    this.#lines = ''
    this.#rest = NO_BYTES
    let at = 0
    let fault: { readonly error: unknown } | undefined
    try {
      for (let waitedMs = 0; at < bytes.length; ) {
        const written = writeSome(this.#fs, this.#fd, bytes, at)
        at += written
        if (written === 0 && waitedMs >= patienceMs) break
        waitedMs = written > 0 ? 0 : waitedMs + pause(RETRY_MS)
      }
    } catch (error) {
      fault = { error }
    }
    const rest = at < bytes.length ? bytes.subarray(at) : NO_BYTES
    if (at > 0) this.#isTorn = bytes[at - 1] !== LINE_FEED[0]
    if (fault === undefined) this.#rest = rest
    this.#isStuck = this.#rest.length > 0 && (patienceMs > 0 || this.#isStuck)
    if (this.#rest.length === 0) this.#settle()
    // A line feed that is missing is written before the next line: the line is not lost.
    const lost = rest[0] === LINE_FEED[0] ? rest.subarray(1) : rest
    if (fault) this.#drop(lost, 'error', fault.error)
  }

  /** Sees to it that what waits is written some time, at exit if not before. */
  #keep(): void {
    atExit(this)
    this.#timer ??= setTimeout(() => {
      this.#drain()
      this.#timer?.refresh()
    }, this.#settings.flushIntervalMs).unref()
  }

  /** Nothing waits. */
  #settle(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    notAtExit(this)
  }

  /** Last, as the observer may log: what it is told of must be over. */
  #drop(lines: string | Uint8Array, reason: 'full' | 'error', error?: unknown): void {
    const count = (typeof lines === 'string' ? lines : decoder.decode(lines)).split('\n').length - 1
    if (count === 0) return
    this.dropped += count
    // Lines that are lost by telling that lines are lost would never end.
    if (this.#isTelling) return
    this.#isTelling = true
    emit(this.#settings.onEvent, { type: 'logger.lines-dropped', count, reason, error })
    this.#isTelling = false
  }
}

/** How many bytes were taken: none, when the reader is slow. */
function writeSome(fs: FileSystem, fd: number, bytes: Uint8Array, at: number): number {
  try {
    return fs.writeSync(fd, bytes, at)
  } catch (error) {
    if (readProperty(error, 'code') === 'EAGAIN') return 0
    throw error
  }
}

/** Blocks the thread: there is no other way to wait when the process is about to end. */
function pause(ms: number): number {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
  return ms
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length)
  bytes.set(first)
  bytes.set(second, first.length)
  return bytes
}
