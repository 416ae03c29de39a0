import * as sdkModule from '@aws-sdk/client-bedrock-runtime'
import { describe, expect, it } from 'vitest'
import { exceptions } from '../src/index.ts'
import { client, converse, simulator, stream, versions } from './support.ts'

const classes = { ...sdkModule } as unknown as Record<string, new () => Error>
const modelled = Object.keys(exceptions).filter((name) => name in classes)
const inStreams = [
  'internalServerException',
  'modelStreamErrorException',
  'validationException',
  'throttlingException',
  'serviceUnavailableException',
]

it('knows every error that the client has a class for', () => {
  const known = Object.keys(classes).filter(
    (name) => name.endsWith('Exception') && name !== 'BedrockRuntimeServiceException',
  )
  expect(modelled.toSorted()).toEqual(known.toSorted())
})

describe.each(versions)('over HTTP/%s', (version) => {
  it.each(modelled)('%s is an instance of its class, with its status and text', async (name) => {
    const sim = await simulator({ queue: [{ type: 'error', error: name }] })
    const error = await converse(client(sim, version)).catch((reason) => reason)
    expect(error).toBeInstanceOf(classes[name])
    expect(error.name).toBe(name)
    expect(error.message).toBe(exceptions[name]?.message)
    expect(error.$metadata.httpStatusCode).toBe(exceptions[name]?.status)
    expect(error).toMatchObject(exceptions[name]?.fields ?? {})
    expect(error.$metadata.requestId).toBe(sim.requests[0]?.id)
  })

  it.each(inStreams)('%s in mid-stream is an instance of its class', async (exception) => {
    const sim = await simulator({
      queue: [{ type: 'exception', at: 3, exception, message: 'Oh.' }],
    })
    const { events, error } = await stream(client(sim, version))
    const name = exception.charAt(0).toUpperCase() + exception.slice(1)
    expect(events).toHaveLength(3)
    expect(error).toBeInstanceOf(classes[name])
    expect(error?.message).toBe('Oh.')
  })

  it('an error of your own keeps its name, status, headers and fields', async () => {
    const sim = await simulator({
      queue: [
        {
          type: 'error',
          error: 'OverloadedException',
          status: 529,
          message: 'Later.',
          headers: { 'retry-after': '7' },
          fields: { more: 1 },
        },
      ],
    })
    const error = await converse(client(sim, version)).catch((reason) => reason)
    expect(error).toMatchObject({ name: 'OverloadedException', message: 'Later.', more: 1 })
    expect(error.$metadata.httpStatusCode).toBe(529)
    expect(error.$response.headers['retry-after']).toBe('7')
  })
})

it('the client waits as a retry-after header says', async () => {
  const headers = { 'x-amz-retry-after': '200' }
  const sim = await simulator({
    queue: [{ type: 'error', error: 'ServiceUnavailableException', headers }],
  })
  const output = await converse(client(sim, '2.0', { maxAttempts: 2 }))
  // By itself it would wait 50 ms at most; from the hint it takes off what has passed since it came.
  expect(output.$metadata.totalRetryDelay).toBeGreaterThan(100)
})
