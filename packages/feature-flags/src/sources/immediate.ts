import type { FlagDefinitions, Settings } from '../definition.ts'
import type { FlagSource } from '../source.ts'

/**
 * A source that publishes synchronously. If its settings are invalid at creation, `createFlags` throws; later the source
 * becomes `stale`.
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
