// Shoal through real proxies: Dante for SOCKS5, streams and datagrams, with and without a login; a strict small one of
// ours for HTTP CONNECT. Nobody is told the address of whoever stands behind the proxy.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe } from 'node:test'
import { PretendedProxy } from '../doubles/pretended-proxy.ts'
import { Dante } from './dante.ts'
import { differences, makeBigFile } from './fixtures.ts'
import { Ground } from './ground.ts'
import { PEER_PORT } from './libtorrent.ts'
import { Shoal } from './shoal.ts'
import { Tracker } from './tracker.ts'

const ground = await Ground.enter(import.meta.filename)
const BYTES = 20_000_000

/** A user that every Debian has, and that may not log in. */
const LOGIN = { user: 'games', password: 'played' }

describe('Shoal through proxies', { concurrency: 2 }, () => {
  ground.test('a peer is reached through Dante, with a login', ['dante'], async (scene) => {
    const [giver, taker] = [await scene.host('giver'), await scene.host('taker')]
    const dante = await Dante.start(scene, await scene.host('proxy'), LOGIN)
    const source = join(await scene.folder('source'), 'film')
    await makeBigFile(source, 'proxy', BYTES)
    const { magnet } = await Shoal.share(scene, giver, source, '--no-lsd')
    const target = await scene.folder('target')
    const peer = ['--peer', `${giver.address}:${PEER_PORT}`]
    const get = await Shoal.get(scene, taker, magnet, '-o', target, ...peer, '--proxy', dante.url(LOGIN))
    await get.done()
    assert.deepEqual(await differences(source, join(target, 'film')), [])
    assert.deepEqual(get.lines[0], {
      event: 'way-out',
      kind: 'proxy',
      way: `socks5://${dante.host.address}:1080`,
      off: ['LISTENING', 'LAN', 'PORT_MAPPING'],
    })
    const wrong = await Shoal.get(scene, taker, magnet, '--proxy', dante.url({ ...LOGIN, password: 'wrong' }))
    assert.equal((await wrong.program.ended).code, 1)
    const { error } = wrong.lines.at(-1) as { error: { code: string; message: string } }
    assert.equal(error.code, 'PROXY_LOGIN')
    assert.ok(!JSON.stringify(error).includes('wrong'), 'no password is printed')
  })

  for (const kind of ['udp', 'http'] as const) {
    ground.test(
      `the ${kind} tracker sees Dante, and the giver behind it is found`,
      ['dante'],
      async (scene) => {
        const [giver, taker] = [await scene.host('giver'), await scene.host('taker')]
        const dante = await Dante.start(scene, await scene.host('proxy'))
        const tracker = await Tracker.start(scene)
        const source = join(await scene.folder('source'), 'film')
        await makeBigFile(source, 'proxy', BYTES)
        const url = tracker.url(kind)
        const { magnet } = await Shoal.share(
          scene,
          giver,
          source,
          '--no-lsd',
          '--to',
          'everyone',
          '--licence',
          'own-work',
          '--tracker',
          url,
        )
        await tracker.heard('the giver', ({ left }) => left === 0)
        const bare = (/xt=urn:btih:[0-9a-f]{40}/.exec(magnet) as RegExpExecArray)[0]
        const target = await scene.folder('target')
        const words = ['--tracker', url, '--proxy', dante.url(), '-o', target]
        const get = await Shoal.get(scene, taker, `magnet:?${bare}`, ...words)
        await get.done()
        assert.deepEqual(await differences(source, join(target, 'film')), [])
        const heard = tracker.announces.map(({ address }) => address)
        assert.ok(heard.includes(dante.host.address), heard.join())
        assert.ok(!heard.includes(taker.address), heard.join())
      },
    )
  }

  ground.test('a peer is reached through HTTP CONNECT, and no datagram leaves', [], async (scene) => {
    const [giver, taker] = [await scene.host('giver'), await scene.host('taker')]
    const proxy = await PretendedProxy.start({ protocol: 'http', host: scene.lan.address, login: LOGIN })
    scene.defer(() => proxy.stop())
    const source = join(await scene.folder('source'), 'film')
    await makeBigFile(source, 'proxy', BYTES)
    const { magnet } = await Shoal.share(scene, giver, source, '--no-lsd')
    const target = await scene.folder('target')
    const peer = ['--peer', `${giver.address}:${PEER_PORT}`]
    const get = await Shoal.get(scene, taker, magnet, '-o', target, ...peer, '--proxy', proxy.url)
    await get.done()
    assert.deepEqual(await differences(source, join(target, 'film')), [])
    assert.deepEqual((get.lines[0] as unknown as { off: string[] }).off.at(-1), 'DATAGRAMS')
    assert.ok(proxy.asked.includes(`${giver.address}:${PEER_PORT}`))
    assert.deepEqual(proxy.faults, [])
  })
})
