import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BindOptions, DatagramSocket, Http, HttpRequest } from '../base/ports.ts'
import { gatedHttp, gatedUdp } from './gated-ports.ts'

const gate = { allows: (host: string) => host !== '198.51.100.7' }

test('datagrams neither go to nor come from whom the gate does not allow', async () => {
  const sent: string[] = []
  const socket: DatagramSocket = {
    local: { host: '0.0.0.0', port: 1 },
    onMessage: () => {},
    send: (_, to) => sent.push(to.host),
    close: () => sent.push('closed'),
  }
  const gated = await gatedUdp({ bind: async (_: BindOptions) => socket }, gate).bind({ at: socket.local })
  const heard: string[] = []
  gated.onMessage = (_, from) => heard.push(from.host)
  for (const host of ['198.51.100.7', '198.51.100.8']) {
    gated.send(new Uint8Array(1), { host, port: 1 })
    socket.onMessage(new Uint8Array(1), { host, port: 1 })
  }
  gated.close()
  assert.deepEqual([sent, heard, gated.local.port], [['198.51.100.8', 'closed'], ['198.51.100.8'], 1])
})

test('web requests keep their own rule, and the gate is asked beside it', () => {
  const asked: HttpRequest['mayConnect'][] = []
  const http = gatedHttp(
    {
      get: (request) => {
        asked.push(request.mayConnect)
        return { result: Promise.resolve({ ok: false, failure: 'OTHER', detail: '' }), cancel: () => {} }
      },
      open: (opening) => {
        asked.push(opening.mayConnect)
        return { pause: () => {}, resume: () => {}, cancel: () => {} }
      },
    } satisfies Http,
    gate,
  )
  const common = { url: 'http://x/', maxRedirects: 0, mayConnect: (host: string) => host !== '198.51.100.9' }
  http.get({ ...common, timeoutMs: 1, limitBytes: 1, limitUnpackedBytes: 1 })
  http.open({ ...common, headTimeoutMs: 1 }, { head: () => {}, data: () => {}, ended: () => {} })
  const hop = { url: 'http://x/', redirectedBy: undefined }
  for (const may of asked)
    assert.deepEqual(
      ['198.51.100.7', '198.51.100.8', '198.51.100.9'].map((host) => may(host, hop)),
      [false, true, false],
    )
  assert.equal(asked.length, 2)
})
