import {
  type Clock,
  checkClock,
  checkOptions,
  type OptionRules,
  refusal,
  systemClock,
} from '@holdfast/internal'
import { checkList, checkText } from '../check-shape.ts'
import type { AccessOptions } from './access.ts'
import type { AdminEvent } from './admin-event.ts'

/** Options of `createAdminHandler`. Validated at creation. */
export interface AdminOptions extends AccessOptions {
  /** The beginning of all paths, as the client writes it; an empty string for none. Default `/admin`. */
  readonly basePath?: string | undefined
  /**
   * Host names that requests may be sent to, and that pages which send them may come from, without port. IP addresses and
   * names that public DNS does not serve (`localhost`, names without a dot, `*.internal`, `*.local`, …) need not be
   * listed. Default: none besides those.
   */
  readonly hosts?: readonly string[] | undefined
  /** The longest body that is read, in bytes. Default 16 384. */
  readonly maxBodyBytes?: number | undefined
  /**
   * How many wrong tokens a client may send within a minute. After that wrong tokens are answered with 429 and
   * `Retry-After` until the minute is over. The right token is always accepted. Default 10.
   */
  readonly maxFailures?: number | undefined
  /** The `name` of every event. Default `feature-flags`. */
  readonly name?: string | undefined
  /** Called for every event. Exceptions and rejections from it are ignored. */
  readonly onEvent?: ((event: AdminEvent) => void) | undefined
  /** Time, for tests. Default: the globals. */
  readonly clock?: Clock | undefined
}

const RULES = {
  // Checked with the tokens, by an error that does not show them.
  token: 'any',
  authorize: 'function',
  basePath(option, value) {
    if (typeof value !== 'string' || !/^(\/[\w.~%-]+)*$/.test(value)) {
      throw refusal(option, value, 'like "/admin"')
    }
  },
  hosts(option, value) {
    for (const [at, host] of checkList(option, value).entries()) checkHost(`${option}[${at}]`, host)
  },
  maxBodyBytes: { min: 1, integer: true },
  maxFailures: { min: 1, integer: true },
  name: 'string',
  onEvent: 'function',
  clock: checkClock,
} satisfies OptionRules<AdminOptions>

function checkHost(what: string, value: unknown): void {
  const host = checkText(what, value)
  if (/[^\w.[\]:-]|:\d*$/.test(host))
    throw refusal(what, host, 'a host name without scheme and port')
}

/** The options with their defaults. */
type CheckedAdminOptions = AdminOptions & {
  readonly [K in
    | 'basePath'
    | 'hosts'
    | 'maxBodyBytes'
    | 'maxFailures'
    | 'name'
    | 'clock']: NonNullable<AdminOptions[K]>
}

/** @throws RangeError or TypeError naming the option that is wrong. */
export function checkAdminOptions(options: AdminOptions): CheckedAdminOptions {
  checkOptions('createAdminHandler', options, RULES)
  const { token, authorize } = options
  if (authorize && token !== undefined) throw new TypeError('`token` excludes `authorize`')
  return {
    ...options,
    basePath: options.basePath ?? '/admin',
    hosts: options.hosts ?? [],
    maxBodyBytes: options.maxBodyBytes ?? 16_384,
    maxFailures: options.maxFailures ?? 10,
    name: options.name ?? 'feature-flags',
    clock: options.clock ?? systemClock,
  }
}
