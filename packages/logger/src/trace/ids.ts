/** More would gain little: a call for random bytes costs more than the rest of an id. */
const POOL_BYTES = 1024

// Many ids share one call. The state is a thread's or a process's own: it is filled at first use, and a worker or a fork
// loads this module anew.
const bytes = new Uint8Array(POOL_BYTES)
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
    if (at + count > pool.length) fillPool()
    digits = pool.slice(at, at + count)
    at += count
  } while (!/[^0]/.test(digits))
  return digits
}

function fillPool(): void {
  crypto.getRandomValues(bytes)
  pool = ''
  for (const byte of bytes) pool += HEX[byte]
  at = 0
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
