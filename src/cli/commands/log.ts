// `shoal log`: what happened, from the log on disk, so that it can be read when Shoal has ended too. Without names of files,
// unless server.logNames has put them there.

import { logPath, readLog } from '../../daemon/life/log-file.ts'
import { defineCommand, NO_OPERANDS } from '../command.ts'
import { LogTail } from '../log-tail.ts'
import { logLine } from '../log-text.ts'
import { COUNT } from '../readers.ts'
import { stateFolderOf } from '../state-folder.ts'

const USUAL_LINES = 50
/** More than all files hold. */
const ALL = 1_000_000
const LOOK_MS = 250

export const command = defineCommand({
  options: {
    follow: { kind: 'switch', short: 'f', summary: 'go on with what comes, until Ctrl-C' },
    last: { kind: 'switch', summary: 'only the last mistake or failure' },
    lines: {
      kind: 'value',
      short: 'n',
      placeholder: 'N',
      reader: COUNT,
      summary: 'as many entries (else 50)',
    },
  },
  operands: NO_OPERANDS,
  details: ['With --json each entry is one line.'],
  run: async ({ values, output, folder, interrupt }) => {
    const stateFolder = stateFolderOf(values, folder)
    const tail = values.follow ? new LogTail(logPath(stateFolder, 0)) : undefined
    const entries = values.last
      ? readLog(stateFolder, ALL)
          .filter(({ level }) => level === 'error')
          .slice(-1)
      : readLog(stateFolder, values.lines ?? USUAL_LINES)
    const say = (some: typeof entries): void => {
      for (const entry of some) {
        output.object(entry)
        output.result(logLine(entry))
      }
    }
    say(entries)
    if (entries.length === 0) output.note(values.last ? 'No mistake is known.' : 'Nothing is in the log.')
    if (tail === undefined) return 0
    const stop = interrupt.listen()
    while (!stop.aborted) {
      say(tail.look())
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, LOOK_MS)
        stop.addEventListener(
          'abort',
          () => {
            clearTimeout(timer)
            resolve()
          },
          { once: true },
        )
      })
    }
    // To stop looking is what Ctrl-C is for here.
    return interrupt.exitCode === TERMINATED ? TERMINATED : 0
  },
})

const TERMINATED = 143
