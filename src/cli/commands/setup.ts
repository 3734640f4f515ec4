// `shoal setup`: `shoal` becomes a command everywhere, and magnet links open with it; `--undo` takes both back.

import { homedir } from 'node:os'
import { LAUNCHER } from '../../daemon/life/background.ts'
import { defineCommand, NO_OPERANDS } from '../command.ts'
import { linkCommand, removeLine, unlinkCommand } from '../setup/command-link.ts'
import { giveMagnetsBack, takeMagnets } from '../setup/magnet-handler.ts'
import { readDone, writeDone } from '../setup/setup-record.ts'
import type { Account, Done } from '../setup/setup-step.ts'
import { stateFolderOf } from '../state-folder.ts'

export const command = defineCommand({
  options: { undo: { kind: 'switch', summary: 'take back what setup did, as far as it is still so' } },
  operands: NO_OPERANDS,
  details: ['It changes only your own account, says what it did, and does nothing twice.'],
  run: async ({ values, output, folder, environment }) => {
    const stateFolder = stateFolderOf(values, folder)
    const account: Account = {
      home: environment.HOME ?? homedir(),
      environment,
      platform: process.platform,
      node: process.execPath,
      launcher: LAUNCHER,
    }
    const before = readDone(stateFolder)
    const says: string[] = []
    const say = (lines: readonly string[]): void => {
      says.push(...lines)
      for (const line of lines) output.result(line)
    }
    if (values.undo) {
      let left = before
      for (const step of before.toReversed()) {
        say([await undo(step, account)])
        left = left.filter((other) => other !== step)
        writeDone(stateFolder, left)
      }
      if (before.length === 0) output.note('Nothing that setup did is known here.')
      output.object({ undone: before, says })
      return 0
    }
    const done: Done[] = [...before]
    for (const step of [linkCommand, takeMagnets]) {
      const outcome = await step(account)
      for (const each of outcome.done)
        if (!done.some((other) => other.kind === each.kind && other.path === each.path)) done.push(each)
      writeDone(stateFolder, done)
      say(outcome.says)
    }
    output.object({ done, says })
    output.note('Take it back: shoal setup --undo')
    return 0
  },
})

function undo(step: Done, account: Account): string | Promise<string> {
  switch (step.kind) {
    case 'command':
      return unlinkCommand(step)
    case 'shell-line':
      return removeLine(step)
    case 'magnet':
      return giveMagnetsBack(account, step)
  }
}
