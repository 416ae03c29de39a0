import { randomFillSync } from 'node:crypto'

const POOL_BYTES = 1024

// A call for random bytes costs more than what else there is to a trace, so many ids share one. The state is a
// thread's or a process's own: it is filled at first use, and a worker or a fork loads this module anew.
let pool = ''
let at = 0

/** 32 lower-case hexadecimal digits, random, not all zero. */
export function newTraceId(): string {
  return takeDigits(32)
}

/** 16 lower-case hexadecimal digits, random, not all zero. */
export function newSpanId(): string {
  return takeDigits(16)
}

function takeDigits(count: number): string {
  let digits: string
  do {
    if (at + count > pool.length) {
      pool = randomFillSync(Buffer.allocUnsafe(POOL_BYTES)).toString('hex')
      at = 0
    }
    digits = pool.slice(at, at + count)
    at += count
  } while (!/[^0]/.test(digits))
  return digits
}
