import { quote } from './quote.ts'

/** What is to be known of a field's name. */
export interface Key {
  /** How the field begins: `"name":`. */
  readonly start: string
  /** Whether its value is kept out of the log. */
  readonly isSecret: boolean
}

/** How many names are remembered. Those beyond are worked out each time: names made of ids must not fill the memory. */
const MAX_KEYS = 2000
/** In characters. Longer names are none that a program has. */
const MAX_KEY_LENGTH = 100
/** Where it is told what was left out. */
export const MORE = '…'

/** What is to be known of each field's name, worked out once. */
export class KeyTable {
  readonly #keys = new Map<string, Key>()
  readonly #isSecret: (key: string) => boolean
  readonly #reserved: ReadonlySet<string>

  /** @param reserved - The names that are the logger's own. A field of such a name gets a `_` at its end. */
  constructor(isSecret: (key: string) => boolean, reserved: Iterable<string> = []) {
    this.#isSecret = isSecret
    this.#reserved = new Set([...reserved, MORE])
  }

  get(key: string): Key {
    return this.#keys.get(key) ?? this.#add(key)
  }

  #add(key: string): Key {
    // `level_` too, or it would meet what became of `level`.
    const isReserved = this.#reserved.has(key.replace(/_+$/, ''))
    const start = `${quote(isReserved ? `${key}_` : key)}:`
    const entry = { start, isSecret: this.#isSecret(key) }
    if (this.#keys.size < MAX_KEYS && key.length <= MAX_KEY_LENGTH) this.#keys.set(key, entry)
    return entry
  }
}
