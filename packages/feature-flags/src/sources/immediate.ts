import type { FlagDefinitions, Settings } from '../definition.ts'
import type { FlagSource } from '../source.ts'

/**
 * A source that says all it has at once. When it is wrong as the flags are made, so is the configuration, and that
 * throws; later it becomes `stale`.
 */
export function immediate(
  name: string,
  read: (definitions: FlagDefinitions) => Settings,
): FlagSource {
  return {
    name,
    start(host) {
      const publish = () => host.publish(read(host.definitions))
      publish()
      return {
        reload() {
          try {
            publish()
          } catch (error) {
            host.fail(error as Error)
          }
        },
        close() {},
      }
    },
  }
}
