import type { Clock } from '@holdfast/internal'

const WINDOW_MS = 60_000
/** Bounds the table, however many addresses an attacker has. */
const MAX_CLIENTS = 1000
/** No IP address is longer. An address may come from a header that the client wrote. */
const MAX_ADDRESS_LENGTH = 64

/** Counts the failed attempts of each client within a minute that begins with the first. */
export interface FailedAttempts {
  add(address: string | undefined): void
  /** How long until the client's failures are no longer too many, in milliseconds; 0 or less while they are not. */
  waitMs(address: string | undefined): number
}

/** @param limit - How many failures of a client are allowed. */
export function createFailedAttempts(limit: number, clock: Clock): FailedAttempts {
  /** In the order in which their minutes began. */
  const clients = new Map<string, { count: number; readonly endsAt: number }>()
  return {
    add(address) {
      const network = networkOf(address)
      let client = clients.get(network)
      if (client === undefined || client.endsAt <= clock.now()) {
        client = { count: 0, endsAt: clock.now() + WINDOW_MS }
        clients.delete(network)
        clients.set(network, client)
        const [oldest] = clients.keys()
        if (clients.size > MAX_CLIENTS) clients.delete(oldest as string)
      }
      client.count += 1
    },
    waitMs(address) {
      const client = clients.get(networkOf(address))
      return client && client.count >= limit ? client.endsAt - clock.now() : 0
    },
  }
}

/** The first half of an IPv6 address, since one client can choose the other. An IPv4 address in any notation. */
function networkOf(given = ''): string {
  const address = given.slice(0, MAX_ADDRESS_LENGTH)
  if (address.includes('.')) return address.slice(address.lastIndexOf(':') + 1)
  const [start = ''] = address.split('::')
  return start.split(':', 4).join(':')
}
