import { refusal } from '@holdfast/internal'

/** Which numbers are taken, for the message. */
const ANY = 'a finite number'
const NOT_NEGATIVE = 'a finite number of 0 or more'

/**
 * @param name - The metric's.
 * @param verb - What the number does to it.
 * @throws TypeError when it is no number, RangeError when it is none that is taken.
 */
export function checkAmount(
  name: string,
  verb: string,
  value: unknown,
  min: number = -Infinity,
): void {
  // Finite, and of -Infinity itself there is no more to check.
  if (typeof value === 'number' && value - value === 0 && value >= min) return
  const errorClass = typeof value === 'number' ? RangeError : TypeError
  throw refusal(name, value, `${verb} ${min === 0 ? NOT_NEGATIVE : ANY}`, errorClass)
}
