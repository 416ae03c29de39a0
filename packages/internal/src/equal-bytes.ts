/** Whether two digests of one kind are the same. Looks at every byte, whatever the first says. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = 0
  for (let at = 0; at < a.length; at++) difference |= (a[at] as number) ^ (b[at] as number)
  return difference === 0
}
