import { defineConfig, type ViteUserConfig } from 'vitest/config'

// Packages meet by their sources, so that no test needs a build or can run against a stale one. The rest are
// Vite's own defaults less `module`, under which the AWS SDK has a build that only bundlers can load.
const conditions = ['@holdfast/source', 'node', 'development|production']
const ssr = { resolve: { conditions } }

const config: ViteUserConfig = defineConfig({
  test: {
    projects: [
      {
        ssr,
        // The time is virtual: this is for machines that are busy with something else.
        test: { name: 'unit', include: ['packages/*/src/**/*.test.ts'], testTimeout: 30_000 },
      },
      {
        ssr,
        test: {
          name: 'integration',
          include: ['{packages,examples}/*/test/**/*.test.ts', 'tests/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
    ],
  },
})

export default config
