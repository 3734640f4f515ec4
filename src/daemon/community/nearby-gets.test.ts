import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { type Endpoint, endpointText } from '../../base/endpoint.ts'
import type { Transfer } from '../transfers/transfer.ts'
import { NearbyGets, type NearbyGetsGround } from './nearby-gets.ts'

const ASKED_AGAIN_BY_MS = 15_000
const HOST = '192.168.1.7'
const NOTHING_WANTED: Parameters<NearbyGets['get']>[1] = []

type NearbyEngine = Awaited<ReturnType<NearbyGetsGround['engineOf']>>

/** A transfer as far as it is asked here. */
function transferOf(id: string, realm: string | null = null) {
  const state = { isWhole: false, rests: false, peers: 0, given: [] as string[] }
  const torrent = {
    get hasAllWanted() {
      return state.isWhole
    },
    addPeer: (at: Endpoint) => state.given.push(endpointText(at)),
  }
  const transfer = {
    id,
    record: { realm },
    torrent,
    get rests() {
      return state.rests
    },
    row: () => ({ peers: state.peers }),
  } as unknown as Transfer
  return { transfer, state }
}

function scene(t: TestContext, ...made: readonly ReturnType<typeof transferOf>[]) {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const transfers = made.map(({ transfer }) => transfer)
  const around = {
    engine: { hosts: [HOST], port: 6_881 } as NearbyEngine,
    asked: 0,
    firstPeers: [] as readonly string[],
    transfers,
  }
  const gets = new NearbyGets({
    gets: () => ({
      get: async (realm, _contents, { peers = [] }) => {
        assert.equal(realm, null)
        around.firstPeers = peers
        return { done: transfers.map(({ id }) => id), failed: [] }
      },
    }),
    transfers,
    engineOf: async () => {
      around.asked++
      return around.engine
    },
  })
  t.after(() => gets.close())
  const later = async (): Promise<void> => {
    t.mock.timers.tick(ASKED_AGAIN_BY_MS)
    await turn()
  }
  return { gets, around, later }
}

test('what is got from a device that is not near is refused, and nothing is added', async (t) => {
  const { gets, around } = scene(t, transferOf('a'))
  around.engine = undefined
  await assert.rejects(gets.get('far', NOTHING_WANTED, undefined), { code: 'DEVICE_GONE' })
  assert.deepEqual(around.firstPeers, [])
})

test('a transfer with nobody to get from is told where the device is now', async (t) => {
  const one = transferOf('a')
  const { gets, around, later } = scene(t, one)
  await gets.get('near', NOTHING_WANTED, undefined)
  assert.deepEqual([around.firstPeers, one.state.given], [[`${HOST}:6881`], [`${HOST}:6881`]])
  around.engine = { hosts: ['192.168.1.9'], port: 7_000 }
  await later()
  assert.equal(one.state.given.at(-1), '192.168.1.9:7000')
  // Away, or offering nothing: there is nowhere to go, and it is asked on.
  around.engine = undefined
  await later()
  around.engine = { hosts: [HOST], port: undefined }
  await later()
  assert.equal(one.state.given.length, 2)
  around.engine = { hosts: [HOST], port: 6_881 }
  await later()
  assert.equal(one.state.given.length, 3)
})

test('nobody is asked for what has peers, rests, or is whole', async (t) => {
  const one = transferOf('a')
  const { gets, around, later } = scene(t, one)
  await gets.get('near', NOTHING_WANTED, undefined)
  for (const change of [{ peers: 1 }, { peers: 0, rests: true }, { rests: false, isWhole: true }]) {
    Object.assign(one.state, change)
    await later()
  }
  // What was whole once is done here, whatever becomes of it.
  one.state.isWhole = false
  await later()
  assert.deepEqual([around.asked, one.state.given.length], [1, 1])
})

test('what was begun in a circle stays there: nobody near is made a peer of it', async (t) => {
  const one = transferOf('a', 'circle:x')
  const { gets, later } = scene(t, one)
  await gets.get('near', NOTHING_WANTED, undefined)
  await later()
  assert.deepEqual(one.state.given, [])
})
