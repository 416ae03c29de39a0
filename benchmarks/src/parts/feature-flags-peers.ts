import { EventEmitter } from 'node:events'
import { GrowthBookClient } from '@growthbook/growthbook'
import { OpenFeature, TypedInMemoryProvider } from '@openfeature/server-sdk'
import { Unleash, type UnleashConfig, UnleashEvents } from 'unleash-client'
import type { AnswerSubject } from '../compare-answers.ts'

/** The flags of each peer, in memory. Nothing is fetched or reported. */
export interface FlagPeers {
  /** Evaluates the flag that is on for everybody. */
  readonly plain: readonly AnswerSubject[]
  /** Evaluates the flag that is on for half of the users, for the next user each time. */
  readonly rollout: readonly AnswerSubject[]
  close(): Promise<void>
}

/** @param keys - The keys of the users. */
export async function createFlagPeers(keys: readonly string[]): Promise<FlagPeers> {
  // Otherwise GrowthBook formats log lines that it then does not write.
  const { NODE_ENV } = process.env
  process.env['NODE_ENV'] = 'production'

  const unleash = await startUnleash()
  const unleashUsers = keys.map((userId) => ({ userId }))
  const growthbook = new GrowthBookClient().initSync({
    payload: {
      features: {
        plain: { defaultValue: true },
        rollout: { defaultValue: false, rules: [{ force: true, coverage: 0.5, hashVersion: 2 }] },
      },
    },
  })
  const growthbookUsers = keys.map((id) => ({ attributes: { id } }))
  const anybody = { attributes: {} }
  const variants = { on: true, off: false }
  await OpenFeature.setProviderAndWait(
    new TypedInMemoryProvider({ plain: { variants, defaultVariant: 'on', disabled: false } }),
  )
  const openfeature = OpenFeature.getClient()

  const count = keys.length
  const [ofUnleash, ofGrowthbook] = [{ peer: 'unleash-client' }, { peer: '@growthbook/growthbook' }]
  return {
    plain: [
      { ...ofUnleash, name: 'isEnabled', ask: () => unleash.isEnabled('plain') },
      { ...ofGrowthbook, name: 'isOn', ask: () => growthbook.isOn('plain', anybody) },
      {
        peer: '@openfeature/server-sdk',
        name: 'await getBooleanValue',
        askLater: () => openfeature.getBooleanValue('plain', false),
      },
    ],
    rollout: [
      {
        ...ofUnleash,
        name: 'isEnabled',
        ask: (at) => unleash.isEnabled('rollout', unleashUsers[at % count]),
      },
      {
        ...ofGrowthbook,
        name: 'isOn',
        ask: (at) => growthbook.isOn('rollout', growthbookUsers[at % count] ?? anybody),
      },
    ],
    async close() {
      unleash.destroy()
      growthbook.destroy()
      await OpenFeature.close()
      if (NODE_ENV === undefined) delete process.env['NODE_ENV']
      else process.env['NODE_ENV'] = NODE_ENV
    },
  }
}

type Repository = NonNullable<UnleashConfig['repository']>
type Toggle = ReturnType<Repository['getToggles']>[number]

const toggles: Readonly<Record<string, Toggle>> = {
  plain: { name: 'plain', enabled: true, strategies: [strategy('default', {})] },
  rollout: {
    name: 'rollout',
    enabled: true,
    strategies: [
      strategy('flexibleRollout', { rollout: '50', stickiness: 'userId', groupId: 'rollout' }),
    ],
  },
}

function strategy(name: string, parameters: Readonly<Record<string, string>>) {
  return { name, parameters, constraints: [] }
}

/** Holds the flags in memory. It replaces Unleash's own repository, which always uses the network, and looks flags up in the same way. */
class InMemoryToggles extends EventEmitter implements Repository {
  getToggle(name: string): Toggle | undefined {
    return toggles[name]
  }
  getToggles(): Toggle[] {
    return Object.values(toggles)
  }
  getTogglesWithSegmentData(): ReturnType<Repository['getTogglesWithSegmentData']> {
    return []
  }
  getSegment(): undefined {}
  stop(): void {}
  async start(): Promise<void> {
    this.emit(UnleashEvents.Ready)
  }
}

async function startUnleash(): Promise<Unleash> {
  const unleash = new Unleash({
    appName: 'benchmark',
    url: 'http://localhost/',
    repository: new InMemoryToggles(),
    // Otherwise Unleash counts every answer in order to report it.
    disableMetrics: true,
  })
  await new Promise((resolve) => unleash.once(UnleashEvents.Ready, resolve))
  return unleash
}
