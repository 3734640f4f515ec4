// The command line's beginning and end: finds the command, runs it, and turns whatever it throws into one sentence and
// an exit code. Called by bin/shoal. No stack trace reaches a person who did not ask for one (SHOAL_TRACE=1).

import { fileURLToPath } from 'node:url'
import { type Explained, explain, mistake } from '../api/errors.ts'
import { CodedError } from '../base/errors.ts'
import type { Shell } from './command.ts'
import { COMMANDS } from './commands.ts'
import { commandUnknown, showCommand } from './help-text.ts'
import { Interrupt } from './interrupt.ts'
import { markOf, missingPackage } from './mistake.ts'
import { findCommand, GLOBAL_OPTIONS, hasSwitch, parseOptions } from './options.ts'
import { Output } from './output.ts'

class InstallationError extends CodedError<'NOT_INSTALLED'> {}

/** Runs the words after `shoal`; resolves to the exit code when everything is written. */
export async function main(argv: readonly string[]): Promise<number> {
  const { env: environment, stdout, stderr } = process
  const output = new Output({
    stdout,
    stderr,
    environment,
    json: hasSwitch('json', argv, environment),
    quiet: hasSwitch('quiet', argv, environment),
    noColor: hasSwitch('no-color', argv, environment),
  })
  const interrupt = new Interrupt()
  const shell: Shell = {
    output,
    input: process.stdin,
    environment,
    folder: process.cwd(),
    interrupt,
    commands: COMMANDS,
  }
  // Whoever read our results has gone: nothing more can be said.
  for (const stream of [stdout, stderr]) stream.on('error', () => process.exit(1))
  process.on('uncaughtException', (error) => process.exit(fail(error, output, interrupt)))
  try {
    return await run(argv, shell)
  } catch (error) {
    return fail(error, output, interrupt)
  } finally {
    await output.flush()
  }
}

async function run(argv: readonly string[], shell: Shell): Promise<number> {
  const { command: named, rest } = findCommand(argv)
  const name = named ?? withoutCommand(rest, shell)
  const entry = shell.commands.find((candidate) => candidate.name === name)
  if (entry === undefined) throw commandUnknown(name, shell.commands)
  const { command } = await entry.load()
  if (named !== undefined && command.asksForHelp(rest)) {
    showCommand(shell.output, entry, command)
    return 0
  }
  return command.start(entry, rest, shell)
}

/** `shoal` alone is what most people want of it (INTERFACE.md B1). */
function withoutCommand(words: readonly string[], { environment }: Shell): string {
  const { version, help } = parseOptions(words, GLOBAL_OPTIONS, environment).values
  if (version) return 'version'
  return help ? 'help' : 'start'
}

function fail(error: unknown, output: Output, interrupt: Interrupt): number {
  const explained = explanationOf(error)
  output.error(explained)
  if (process.env.SHOAL_TRACE === '1' && error instanceof Error) console.error(error)
  return explained.exit === 130 ? (interrupt.exitCode ?? explained.exit) : explained.exit
}

function explanationOf(error: unknown): Explained {
  if (error instanceof CodedError) return explain(error)
  const missing = missingPackage(error)
  if (missing === undefined) return mistake(markOf(error))
  const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '')
  return explain(new InstallationError('NOT_INSTALLED', { missing, root }))
}
