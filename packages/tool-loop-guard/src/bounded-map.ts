/** Sets an entry, and drops the oldest one of a map that grows too large: models make up names and ids without end. */
export function remember<K, V>(map: Map<K, V>, key: K, value: V): V {
  map.set(key, value)
  if (map.size > MAX_REMEMBERED) map.delete(map.keys().next().value as K)
  return value
}

const MAX_REMEMBERED = 500
