import type { Operation } from '../operations/operation.ts'

/** What a path asks for. */
export type Route =
  | { readonly type: 'operation'; readonly operation: Operation; readonly model: string }
  | { readonly type: 'control'; readonly path: string }
  | { readonly type: 'unknown' }

const actions: ReadonlyMap<string, Operation> = new Map([
  ['converse', 'Converse'],
  ['converse-stream', 'ConverseStream'],
  ['invoke', 'InvokeModel'],
  ['invoke-with-response-stream', 'InvokeModelWithResponseStream'],
  ['count-tokens', 'CountTokens'],
])

const CONTROL = '/_simulator'

export function route(method: string, url: string): Route {
  const path = url.split('?', 1)[0] as string
  if (path === CONTROL || path.startsWith(`${CONTROL}/`)) {
    return { type: 'control', path: path.slice(CONTROL.length + 1) }
  }
  if (method !== 'POST') return { type: 'unknown' }
  // Some clients leave the slashes of an ARN as they are: all up to the last one is the model.
  const model = /^\/model\/(.+)\/([a-z-]+)$/.exec(path)
  const guardrail = /^\/guardrail\/(.+)\/version\/[^/]+\/apply$/.exec(path)
  const operation = model
    ? actions.get(model[2] as string)
    : guardrail
      ? 'ApplyGuardrail'
      : undefined
  const id = decode((model ?? guardrail)?.[1])
  return operation && id !== undefined
    ? { type: 'operation', operation, model: id }
    : { type: 'unknown' }
}

function decode(segment: string | undefined): string | undefined {
  try {
    return segment && decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
