// The page as a person meets it: a real daemon on loopback with a home of its own, its page in a real browser, and what
// went wrong in it. Promise: everything is gone when the test ends.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { Program } from '../../lab/netns/program.ts'
import { until } from '../../lab/netns/until.ts'
import { ApiClient, type ApiRequest } from '../../src/api/client.ts'
import { type InputOf, type OutputOf, ROUTES, type RouteName } from '../../src/api/routes.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const SHOAL = join(ROOT, 'bin', 'shoal')
const AXE = join(ROOT, 'node_modules', 'axe-core', 'axe.min.js')
const PAGE_INDEX = join(ROOT, 'web', 'dist', 'index.html')
const CHROMIUM = '/usr/bin/chromium'

/** Nobody outside is asked for anything, whatever the page does. */
const QUIET = {
  SHOAL_NETWORK_BIND: '127.0.0.1',
  SHOAL_NETWORK_DHT: 'false',
  SHOAL_NETWORK_LAN: 'false',
  SHOAL_NETWORK_PORT_MAPPING: 'false',
  SHOAL_SERVER_PORT: '0',
}

/** A test, or whoever else ends things in order. */
export interface Ending {
  after(end: () => Promise<void>): void
}

export class PageDaemon {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'shoal-page-')))
  readonly home = join(this.folder, 'home')
  readonly stateFolder = join(this.home, 'state', 'shoal')
  /** What is made for a while only goes there. */
  readonly temporaryFolder = join(this.folder, 'tmp')
  #program: Program | undefined
  #client: ApiClient | undefined

  /** @param environment settings (SHOAL_…) beside those that keep it quiet */
  static async start(t: Ending, environment: Readonly<Record<string, string>> = {}): Promise<PageDaemon> {
    if (!existsSync(PAGE_INDEX)) throw new Error('the page is not built: npm run build')
    const daemon = new PageDaemon()
    t.after(() => daemon.close())
    await daemon.#start(environment)
    return daemon
  }

  async #start(environment: Readonly<Record<string, string>>): Promise<void> {
    mkdirSync(this.home, { recursive: true })
    mkdirSync(this.temporaryFolder)
    const command = [process.execPath, SHOAL, 'start', '--foreground', '--no-open', '--json']
    const program = new Program('shoal start', command, {
      cwd: this.home,
      env: {
        HOME: this.home,
        TMPDIR: this.temporaryFolder,
        XDG_STATE_HOME: join(this.home, 'state'),
        ...QUIET,
        ...environment,
      },
    })
    this.#program = program
    const url = await until('the daemon runs', () => this.#url(), { program })
    const token = readFileSync(join(this.stateFolder, 'api-token'), 'utf8').trim()
    const send = async ({ method, path, body }: ApiRequest) => {
      const response = await fetch(url + path, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body }),
      })
      return { status: response.status, body: await response.text() }
    }
    this.#client = new ApiClient(send, ROUTES)
  }

  /** From the run file, which stands when the door is open. */
  #url(): string | undefined {
    const file = join(this.stateFolder, 'daemon.json')
    if (!existsSync(file)) return undefined
    const { url, port } = JSON.parse(readFileSync(file, 'utf8')) as { url?: string; port?: number }
    return url ?? (port === undefined ? undefined : `http://127.0.0.1:${port}`)
  }

  /** As the owner. @throws ApiError */
  async call<Name extends RouteName>(name: Name, input: InputOf<Name>): Promise<OutputOf<Name>> {
    if (this.#client === undefined) throw new Error('the daemon does not run')
    return await this.#client.call(name, input)
  }

  async close(): Promise<void> {
    await this.#program?.stop('SIGTERM')
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export async function openBrowser(t: Ending): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  t.after(() => browser.close())
  return browser
}

export interface OpenedPage {
  readonly page: Page
  /** Errors of the page, and dialogs that a script of somebody else's would open. None are expected. */
  readonly troubles: string[]
}

export async function openPage(
  browser: Browser,
  link: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
    ...options,
  })
  const page = await context.newPage()
  const troubles: string[] = []
  page.on('pageerror', (error) => troubles.push(error.message))
  page.on('dialog', (dialog) => {
    troubles.push(`a script ran: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('console', (message) => {
    // A refused request is an answer, and the page shows it as one.
    const refused = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !refused) troubles.push(message.text())
  })
  await page.goto(link)
  await page.locator('#view').waitFor()
  return { page, troubles }
}

export async function openPageOf(
  browser: Browser,
  daemon: PageDaemon,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  return await openPage(browser, (await daemon.call('pageLink', {})).url, options)
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What is behind a dialog is there for nobody meanwhile: its heading and landmarks are no part of what is looked at. */
const NOT_OF_DIALOGS = {
  'landmark-one-main': { enabled: false },
  'page-has-heading-one': { enabled: false },
}

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
}

/** What axe finds wrong, a line for each; none is what is wanted. `without` names rules that cannot be asked there. */
export async function axe(page: Page, without: readonly string[] = []): Promise<readonly string[]> {
  const off = Object.fromEntries(without.map((rule) => [rule, { enabled: false }]))
  // Run as the browser's own tools do, past the page's Content-Security-Policy, which allows no script of ours.
  await page.evaluate(readFileSync(AXE, 'utf8'))
  const violations = (await page.evaluate(
    `axe.run(document, {
      runOnly: ${JSON.stringify(RULES)},
      rules: {
        ...(document.querySelector('[role=dialog]') === null ? {} : ${JSON.stringify(NOT_OF_DIALOGS)}),
        ...${JSON.stringify(off)},
      },
    }).then((found) => found.violations)`,
  )) as readonly Violation[]
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary ?? ''}`)
}
