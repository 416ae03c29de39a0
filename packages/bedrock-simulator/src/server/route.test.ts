import fc from 'fast-check'
import { expect, it } from 'vitest'
import { route } from './route.ts'

const arn = 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0'

it.each([
  [`/model/${encodeURIComponent(arn)}/converse`, 'Converse', arn],
  [`/model/${arn}/converse-stream`, 'ConverseStream', arn],
  ['/model/m/invoke?x=1', 'InvokeModel', 'm'],
  ['/model/m/invoke-with-response-stream', 'InvokeModelWithResponseStream', 'm'],
  ['/model/m/count-tokens', 'CountTokens', 'm'],
  ['/guardrail/g/version/DRAFT/apply', 'ApplyGuardrail', 'g'],
])('%s is %s', (url, operation, model) => {
  expect(route('POST', url)).toEqual({ type: 'operation', operation, model })
  expect(route('GET', url)).toEqual({ type: 'unknown' })
})

it('knows the control endpoint by its whole name', () => {
  expect(route('GET', '/_simulator/rules/1?x')).toEqual({ type: 'control', path: 'rules/1' })
  expect(route('GET', '/_simulators')).toEqual({ type: 'unknown' })
})

it('is not fooled by names that every object has', () => {
  const names = ['constructor', '__proto__', 'toString']
  for (const name of names) {
    expect(route('POST', `/model/m/${name}`).type).toBe('unknown')
  }
})

it('takes any path', () => {
  fc.assert(fc.property(fc.string(), fc.string(), (method, url) => void route(method, url)))
})
