// `shoal`, `shoal start`: Shoal runs, and its page is in front of the person. With --foreground this very process is it.

import { type CommandContext, defineCommand, NO_OPERANDS } from '../command.ts'
import { ensureRunning } from '../ensure-running.ts'
import { markOf, placesOf } from '../mistake.ts'
import type { OptionTable } from '../options.ts'
import type { Reader } from '../readers.ts'
import { showPage } from '../show-page.ts'
import { stateFolderOf } from '../state-folder.ts'

/** Whether it is a whole one the page says. */
const MAGNET: Reader<string> = {
  expects: 'a magnet link',
  read: (text) => (/^magnet:\?/i.test(text) ? text : undefined),
}

export const command = defineCommand({
  options: {
    foreground: {
      kind: 'switch',
      summary: 'be it, instead of starting it: for service managers and containers',
    },
    get: {
      kind: 'value',
      placeholder: 'LINK',
      reader: MAGNET,
      summary: 'open the page with this magnet link, to look at it and get it',
    },
    'no-open': { kind: 'switch', summary: 'open no browser; say the link' },
  },
  operands: NO_OPERANDS,
  details: [
    'Where it runs already, only its page is opened. Without a display a link for one use is printed, and the ssh line that brings it to another computer.',
    'In the foreground it ends by SIGTERM or SIGINT within ten seconds, everything durable; a second signal ends it at once. SIGHUP reads its settings file again.',
  ],
  run: async (context) => {
    const { values, output, folder, environment } = context
    const stateFolder = stateFolderOf(values, folder)
    if (values.foreground) return foreground(stateFolder, context)
    const { link, started } = await ensureRunning(stateFolder, environment)
    const { pid, url, version, startedAt } = link.run
    output.result(`Shoal ${started ? 'runs' : 'is running'} (process ${pid}).`)
    const page = await showPage(link, context, !values['no-open'], values.get)
    output.object({
      event: 'running',
      started,
      pid,
      page: url,
      link: page.url,
      expiresAt: page.expiresAt,
      version,
      startedAt,
      stateFolder,
    })
    return 0
  },
})

async function foreground(stateFolder: string, context: CommandContext<OptionTable>): Promise<number> {
  const { output, environment, folder } = context
  // Whoever reads what it says may go, a terminal that is closed for one: it stays, and ends in order when it is told.
  for (const stream of [process.stdout, process.stderr]) {
    stream.removeAllListeners('error')
    stream.on('error', () => {})
  }
  const { runDaemon } = await import('../../daemon/life/run-daemon.ts')
  await runDaemon({
    stateFolder,
    environment,
    open: async (shutdown) => {
      const [{ serveDaemon }, { settingsIn }] = await Promise.all([
        import('../../daemon/serve.ts'),
        import('../daemon-settings.ts'),
      ])
      const settings = settingsIn(environment, folder)
      const served = await serveDaemon({ stateFolder, environment, settings, shutdown })
      // What ends it by no wish of anybody is found by `shoal log --last` afterwards.
      process.prependListener('uncaughtException', (error) =>
        served.log.writeNow('error', 'mistake', { id: markOf(error), where: placesOf(error).join(' ') }),
      )
      return served
    },
    answers: ({ pid, url, port, version }) => {
      output.result(`Shoal runs (process ${pid}). Its page: ${url}, opened by the link of \`shoal page\`.`)
      output.object({ event: 'running', started: true, pid, page: url, port, version, stateFolder })
    },
    ends: (why) => {
      output.note(why === 'shutdown' ? 'Ending, as asked.' : `Ending (${why}).`)
      output.object({ event: 'ending', why })
    },
  })
  output.object({ event: 'ended' })
  return 0
}
