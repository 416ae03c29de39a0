import { EventEmitter, getEventListeners } from 'node:events'
import { expect, test, vi } from 'vitest'
import { type NodeResponse, observeResponse } from './observe-response.ts'

/** A response that is being answered. */
function observe(state: Partial<Omit<NodeResponse, 'on' | 'setHeader'>> = {}) {
  const socket = new EventEmitter()
  const response = Object.assign(new EventEmitter(), {
    statusCode: 200,
    headersSent: true,
    writableEnded: true,
    errored: null,
    socket,
    setHeader: () => {},
    ...state,
  })
  const end = vi.fn()
  observeResponse({ headers: {}, socket }, response, end)
  return { socket, response, end }
}

test('one that finishes is completed', () => {
  const { socket, response, end } = observe({ statusCode: 404 })
  expect(getEventListeners(socket, 'close')).toHaveLength(0)
  response.emit('finish')
  expect(end.mock.calls).toEqual([['completed', 404, undefined]])
})

test.each([true, false])('one that closes is aborted; headers sent: %s', (headersSent) => {
  const { response, end } = observe({ headersSent })
  response.emit('close')
  expect(end.mock.calls).toEqual([['aborted', headersSent ? 200 : undefined, undefined]])
})

test.each([
  [true, 'completed'],
  [false, 'aborted'],
])(
  'one that is over before it is looked at is told of at once; ended: %s',
  (writableEnded, outcome) => {
    const { end } = observe({ destroyed: true, writableEnded })
    expect(end.mock.calls).toEqual([[outcome, 200, undefined]])
  },
)

test('one that was destroyed for a reason has failed', () => {
  const errored = new Error('the source dried up')
  const { response, end } = observe({ errored })
  response.emit('close')
  expect(end.mock.calls).toEqual([['failed', 200, errored]])
})

test('one of a client that has left is aborted, though newer Nodes call that an error', () => {
  const errored = Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
  const { response, end } = observe({ errored })
  response.emit('close')
  expect(end.mock.calls).toEqual([['aborted', 200, undefined]])
})

test("one that was destroyed for a connection of the handler's own has failed", () => {
  const errored = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
  const { response, end } = observe({ errored })
  response.emit('close')
  expect(end.mock.calls).toEqual([['failed', 200, errored]])
})

test.each([
  ['that was reset', { stream: { rstCode: 8 } }, 'aborted'],
  ['that never was answered', { writableEnded: false, stream: { rstCode: 0 } }, 'aborted'],
  ['that went well', { stream: { rstCode: 0 } }, 'completed'],
  ['that is not there any more', { stream: undefined }, 'completed'],
])('a stream of HTTP/2 %s finishes all the same', (_, state, outcome) => {
  const { response, end } = observe(state)
  response.emit('finish')
  expect(end.mock.calls).toEqual([[outcome, 200, undefined]])
})

test('an error that nobody hears still ends the process', () => {
  const { response } = observe()
  expect(() => response.emit('error', new Error('write after end'))).toThrow('write after end')
})

test('one whose turn on the connection never comes hears of its end there', () => {
  const { socket, end } = observe({ socket: null, headersSent: false })
  socket.emit('close')
  expect(end.mock.calls).toEqual([['aborted', undefined, undefined]])
})

test('one whose connection is gone before it is looked at is told of at once', () => {
  const { socket, end } = observe({ socket: null, headersSent: false, writableEnded: false })
  socket.emit('close')
  const late = Object.assign(new EventEmitter(), {
    statusCode: 200,
    headersSent: false,
    writableEnded: false,
    socket: null,
    setHeader: () => {},
  })
  observeResponse({ headers: {}, socket }, late, end)
  const gone = Object.assign(new EventEmitter(), { destroyed: true })
  observeResponse({ headers: {}, socket: gone }, late, end)
  expect(end.mock.calls).toEqual(Array(3).fill(['aborted', undefined, undefined]))
})

test('any number may wait for their turn on one connection, with one listener, and leave none behind', () => {
  const socket = new EventEmitter()
  const response = () =>
    Object.assign(new EventEmitter(), {
      statusCode: 200,
      headersSent: true,
      writableEnded: true,
      socket: null,
      setHeader: () => {},
    })
  const responses = Array.from({ length: 20 }, response)
  const end = vi.fn()
  for (const response of responses) observeResponse({ headers: {}, socket }, response, end)
  expect(getEventListeners(socket, 'close')).toHaveLength(1)
  for (const response of responses.slice(5)) response.emit('finish')
  expect(end).toHaveBeenCalledTimes(15)
  socket.emit('close')
  expect(end).toHaveBeenCalledTimes(20)
})
