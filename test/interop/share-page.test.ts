// The page of one share, asked from another computer of the network: by curl with ranges, a resumed download and the ZIP;
// by Chromium as large as a phone; and by somebody who tries every port and every path that might lead further.

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe } from 'node:test'
import { chromium } from 'playwright-core'
import type { Host } from '../../lab/netns/lan.ts'
import { until } from '../../lab/netns/until.ts'
import type { Millis } from '../../src/base/ids.ts'
import { openDaemon } from '../../src/daemon/daemon.ts'
import type { PagedShare } from '../../src/daemon/share-page/paged-share.ts'
import { openSharePages, type SharePages } from '../../src/daemon/share-page/share-pages.ts'
import { missingProgram } from '../doubles/require-program.ts'
import { Ground } from './ground.ts'
import type { Scene } from './scene.ts'

const ground = await Ground.enter(import.meta.filename)

const CHROMIUM = '/usr/bin/chromium'
const PHONE = { width: 360, height: 740 }
const HOSTILE_NAME = '<img src=x onerror=alert(1)> \u202Egpj.exe'

interface Offered {
  readonly pages: SharePages
  readonly share: PagedShare
  readonly files: ReadonlyMap<string, Buffer>
  readonly url: string
  readonly address: string
}

/** A folder with its page, opened on this computer's address of the network. */
async function offer(scene: Scene): Promise<Offered> {
  const root = await scene.folder('offered')
  const files = new Map<string, Buffer>([
    ['Summer trip/photo one.jpg', randomBytes(700_001)],
    ['Summer trip/day 2/日本語 video.mkv', randomBytes(5_000_000)],
    [`Summer trip/${HOSTILE_NAME}`, randomBytes(10)],
    ['Summer trip/empty', Buffer.alloc(0)],
  ])
  const listed: PagedShare['files'][number][] = []
  for (const [path, content] of files) {
    const components = path.split('/')
    const diskPath = join(root, ...components)
    await mkdir(dirname(diskPath), { recursive: true })
    await writeFile(diskPath, content)
    listed.push({ path: components, lengthBytes: content.length, diskPath })
  }
  const pages = openSharePages({
    allowance: () => ({
      take: (bytes) => bytes,
      give() {},
      satisfied() {},
      nextAt: (now) => now,
      unlimited: true,
    }),
    now: () => performance.now() as Millis,
  })
  scene.defer(() => pages.closeAll())
  const share = { id: 'a'.repeat(40), name: 'Summer trip', files: listed }
  return { pages, share, files, ...(await pages.open(share)) }
}

/** What it printed; its code when it is to fail. */
async function run(scene: Scene, host: Host, command: readonly string[], code = 0): Promise<string> {
  const lines: string[] = []
  const program = scene.start(command[0] ?? '', command, { host })
  program.onLine((line) => lines.push(line))
  const ending = await program.ended
  assert.equal(ending.code, code, program.tail())
  return lines.join('\n')
}

const curl = (...words: string[]): string[] => [
  'curl',
  '--silent',
  '--show-error',
  '--max-time',
  '30',
  ...words,
]

describe('the page of a share, from another computer', () => {
  ground.test(
    'is at an address of this network, and curl reads it, its files, parts of them and the ZIP',
    [],
    async (scene) => {
      const phone = await scene.host('phone')
      const { url, address, files } = await offer(scene)
      assert.match(address, new RegExp(`^${scene.lan.address.replaceAll('.', '\\.')}:\\d+$`))
      const html = await run(scene, phone, curl('--fail', url))
      assert.match(html, /<h1>Summer trip<\/h1>/)
      assert.doesNotMatch(html, /<img|\u202e/)

      const folder = await scene.folder('got')
      for (const [index, content] of [...files.values()].entries()) {
        const into = join(folder, String(index))
        await run(scene, phone, curl('--fail', '--output', into, `${url}/${index}`))
        assert.deepEqual(await readFile(into), content)
      }
      // By the name that the answer gives it.
      await run(scene, phone, [...curl('--fail', '-O', '-J', `${url}/0`), '--output-dir', folder])
      assert.deepEqual(await readFile(join(folder, 'photo one.jpg')), files.get('Summer trip/photo one.jpg'))

      const head = await run(scene, phone, curl('--head', `${url}/1`))
      assert.match(head, /200 OK[\s\S]*content-length: 5000000/i)
      assert.match(head, /accept-ranges: bytes/i)

      const resumed = join(folder, 'resumed')
      const whole = files.get('Summer trip/day 2/日本語 video.mkv') ?? Buffer.alloc(0)
      await run(scene, phone, curl('--fail', '--range', '0-1234566', '--output', resumed, `${url}/1`))
      assert.equal((await readFile(resumed)).length, 1_234_567)
      await run(scene, phone, curl('--fail', '-C', '-', '--output', resumed, `${url}/1`))
      assert.deepEqual(await readFile(resumed), whole)
      // Broken off in the middle, and gone on with.
      await truncate(resumed, 3_333_333)
      await run(scene, phone, curl('--fail', '-C', '-', '--output', resumed, `${url}/1`))
      assert.deepEqual(await readFile(resumed), whole)

      const zip = join(folder, 'all.zip')
      await run(scene, phone, curl('--fail', '--output', zip, `${url}/all.zip`))
      await run(scene, phone, ['unzip', '-tqq', zip])
      assert.match(await run(scene, phone, ['unzip', '-l', zip]), /4 files/)
    },
  )

  ground.test(
    'is the only thing there: no other port, no other path, and nothing at all once it is closed',
    [],
    async (scene) => {
      const phone = await scene.host('phone')
      const { url, address, pages, share } = await offer(scene)
      const port = address.split(':').at(-1) ?? ''
      const scan = join(import.meta.dirname, 'port-scan.ts')
      const open = async (): Promise<unknown> =>
        JSON.parse(await run(scene, phone, [process.execPath, scan, scene.lan.address]))
      assert.deepEqual(await open(), [Number(port)])
      const origin = `http://${address}`
      const status = ['--output', '/dev/null', '--write-out', '%{http_code}']
      const others = [
        '/',
        '/api/v1/status',
        '/api/v1/events',
        '/transmission/rpc',
        '/metrics',
        '/health',
        '/media/x',
      ]
      for (const path of [...others, '/../../etc/passwd', '/%2e%2e/etc/passwd'])
        assert.equal(await run(scene, phone, curl(...status, '--path-as-is', `${origin}${path}`)), '404')
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
        assert.equal(await run(scene, phone, curl(...status, '-X', method, url)), '404')
      await pages.close(share.id)
      const REFUSED = 7
      await run(scene, phone, curl(url), REFUSED)
    },
  )

  ground.test(
    'comes and goes with a share of the daemon, and gives only what is as it was shared',
    [],
    async (scene) => {
      const phone = await scene.host('phone')
      const root = join(await scene.folder('own'), 'Garden')
      await mkdir(root)
      const rose = randomBytes(300_000)
      await writeFile(join(root, 'rose.jpg'), rose)
      await writeFile(join(root, 'tulip.jpg'), randomBytes(200_000))
      const daemon = await openDaemon({
        stateFolder: await scene.folder('state'),
        settings: {
          'network.dht': false,
          'network.portMapping': false,
          'saving.folder': await scene.folder('saved'),
          'speed.up': 400_000,
        },
        environment: {},
      })
      scene.defer(() => daemon.close())
      const { handlers } = daemon
      const { transfer } = await handlers.addShare({
        path: root,
        audience: 'link',
        format: 'hybrid',
        webPage: true,
      })
      const { id, url } = await until('it has its page', async () => {
        const facts = await handlers.share({ id: transfer.id })
        const given = facts.transfer.state === 'giving'
        return given && facts.webPage !== null && { id: facts.transfer.id, url: facts.webPage.url }
      })
      const html = await run(scene, phone, curl('--fail', url))
      assert.match(html, /<h1>Garden<\/h1>/)
      const into = join(await scene.folder('got'), 'rose.jpg')
      const index = html.indexOf('rose.jpg') < html.indexOf('tulip.jpg') ? [0, 1] : [1, 0]
      await run(scene, phone, curl('--fail', '--output', into, `${url}/${index[0]}`))
      assert.deepEqual(await readFile(into), rose)
      const given = await until('what it gave is counted', () => daemon.feed.row(id)?.givenBytes)
      assert.equal(given, rose.length)

      await writeFile(join(root, 'tulip.jpg'), randomBytes(200_000))
      const status = ['--output', '/dev/null', '--write-out', '%{http_code}']
      assert.equal(await run(scene, phone, curl(...status, `${url}/${index[1]}`)), '404')
      assert.equal(await run(scene, phone, curl(...status, `${url}/${index[0]}`)), '200')

      const slow = scene.start('curl', curl('--output', '/dev/null', `${url}/${index[0]}`), { host: phone })
      await handlers.stopShares({ ids: [id] })
      assert.notEqual((await slow.ended).code, 0)
      const REFUSED = 7
      await run(scene, phone, curl(url), REFUSED)
      assert.equal(daemon.feed.row(id)?.webPage, null)
    },
  )

  const browserMissing = missingProgram('chromium', 'chromium')
  ground.test(
    'in Chromium as large as a phone: read, one file saved, all saved, nothing run',
    [],
    async (scene) => {
      // With CI=true everything is installed: then it is a failure.
      if (browserMissing !== undefined && process.env.CI !== 'true') return
      assert.equal(browserMissing, undefined)
      const phone = await scene.host('phone')
      const { url, files } = await offer(scene)
      const wrapper = join(scene.directory, 'chromium')
      const words = [...phone.prefix, CHROMIUM].map((word) => `'${word}'`).join(' ')
      await writeFile(wrapper, `#!/bin/sh\nexec ${words} "$@"\n`)
      await chmod(wrapper, 0o755)
      const browser = await chromium.launch({ executablePath: wrapper, args: ['--disable-gpu'] })
      scene.defer(() => browser.close())
      const context = await browser.newContext({
        viewport: PHONE,
        isMobile: true,
        hasTouch: true,
        deviceScaleFactor: 2,
      })
      const page = await context.newPage()
      const asked: string[] = []
      const complaints: string[] = []
      page.on('request', (request) => asked.push(request.url()))
      page.on('console', (message) => complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(error.message))
      await page.goto(url)
      assert.equal(await page.title(), 'Summer trip')
      assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Summer trip')
      assert.equal(await page.getByRole('link').count(), files.size + 1)
      assert.match(await page.getByRole('main').innerText(), /4 files, 5\.7 MB/)
      assert.match(
        await page.getByRole('main').innerText(),
        /<img src=x onerror=alert\(1\)> <U\+202E>gpj\.exe/,
      )
      assert.equal(await page.evaluate('document.images.length'), 0)
      // Nothing sticks out to the side, and what is touched is large enough.
      assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true)
      for (const link of await page.getByRole('link').all())
        assert.ok(((await link.boundingBox())?.height ?? 0) >= 44)

      const one = page.waitForEvent('download')
      await page.getByRole('link', { name: 'photo one.jpg' }).tap()
      const saved = await one
      assert.equal(saved.suggestedFilename(), 'photo one.jpg')
      assert.deepEqual(await readFile(await saved.path()), files.get('Summer trip/photo one.jpg'))
      const all = page.waitForEvent('download')
      await page.getByRole('link', { name: 'Download everything' }).tap()
      const archive = await all
      assert.equal(archive.suggestedFilename(), 'Summer trip.zip')
      await run(scene, phone, ['unzip', '-tqq', await archive.path()])
      const hostile = page.waitForEvent('download')
      await page.getByRole('link', { name: 'onerror' }).tap()
      assert.equal((await hostile).suggestedFilename(), '_img src=x onerror=alert(1)_ _gpj.exe')

      assert.deepEqual(complaints, [])
      assert.deepEqual(
        asked.filter((address) => !address.startsWith(url) && !address.endsWith('/favicon.ico')),
        [],
      )
      const pictures = process.env.SHOAL_PICTURES
      if (pictures !== undefined) await page.screenshot({ path: join(pictures, 'share-page.png') })
    },
  )
})
