// Budgets of what a user's bundle grows by: minified and gzipped, measured on the built packages.
// Units are decimal: 1 kB = 1000 bytes. `npm test` fails for a published package with no line here.

/** What `packages/<folder>` weighs without Node's own modules, which `platform` leaves out. */
const entry = (folder, limit, rest = {}) => ({
  name: folder,
  path: `packages/${folder}/dist/index.js`,
  limit,
  gzip: true,
  modifyEsbuildConfig: (config) => ({ ...config, format: 'esm', platform: 'node' }),
  ...rest,
})

export default [
  entry('retry', '7.4 kB'),
  entry('retry', '6.5 kB', { name: 'retry: { retry } alone', import: '{ retry }' }),
  entry('retry', '4 kB', {
    name: 'retry/databases',
    path: 'packages/retry/dist/databases/index.js',
  }),
  entry('circuit-breaker', '8.8 kB'),
  entry('circuit-breaker', '7.6 kB', {
    name: 'circuit-breaker: { createCircuitBreaker } alone',
    import: '{ createCircuitBreaker }',
  }),
  entry('limiter', '10.9 kB'),
  entry('limiter', '7.2 kB', {
    name: 'limiter: { createLimiter } alone',
    import: '{ createLimiter }',
  }),
  entry('feature-flags', '11.4 kB'),
  entry('feature-flags', '6.25 kB', {
    name: 'feature-flags: { createFlags } alone',
    import: '{ createFlags }',
  }),
  entry('feature-flags', '6.2 kB', {
    name: 'feature-flags/admin',
    path: 'packages/feature-flags/dist/admin/index.js',
  }),
  entry('metrics', '11.5 kB'),
  entry('metrics', '7 kB', {
    name: 'metrics: { createRegistry } alone',
    import: '{ createRegistry }',
  }),
  entry('metrics', '2.9 kB', {
    name: 'metrics/process',
    path: 'packages/metrics/dist/process/index.js',
  }),
  entry('logger', '7.5 kB'),
  entry('logger', '6.1 kB', {
    name: 'logger: { createLogger } alone',
    import: '{ createLogger }',
  }),
  entry('logger', '1.8 kB', { name: 'logger/node', path: 'packages/logger/dist/node/index.js' }),
  entry('logger', '2.05 kB', { name: 'logger/trace', path: 'packages/logger/dist/trace/index.js' }),
  entry('logger', '4.45 kB', {
    name: 'logger/request',
    path: 'packages/logger/dist/request/index.js',
  }),
  entry('tool-loop-guard', '14.9 kB'),
  entry('pipeline', '6.4 kB'),
  entry('pipeline', '3 kB', {
    name: 'pipeline: { pipeline, timeout } alone',
    import: '{ pipeline, timeout }',
  }),
  // By itself: the other packages have their own lines, and the SDK is there anyway.
  entry('bedrock-adapter', '14.9 kB', { ignore: ['@holdfast/*', '@aws-sdk/*'] }),
  entry('bedrock-adapter', '7.3 kB', {
    name: 'bedrock-adapter: { withResilience } alone',
    import: '{ withResilience }',
    ignore: ['@holdfast/*', '@aws-sdk/*'],
  }),
  entry('bedrock-simulator', '20 kB'),
]
