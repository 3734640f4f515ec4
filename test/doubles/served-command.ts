// Commands of the command line in this process, against the real HTTP server in front of a pretended daemon, found by its run
// file as ever; with or without a terminal that answers questions.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { TestContext } from 'node:test'
import { type Explained, explain } from '../../src/api/errors.ts'
import type { Handlers } from '../../src/api/routes.ts'
import { CodedError } from '../../src/base/errors.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import { Interrupt } from '../../src/cli/interrupt.ts'
import { hasSwitch } from '../../src/cli/options.ts'
import { Output } from '../../src/cli/output.ts'
import type { Sink } from '../../src/cli/terminal.ts'
import { writeRunFile } from '../../src/daemon/life/run-file.ts'
import { takeStateLock } from '../../src/daemon/life/state-lock.ts'
import { VERSION } from '../../src/daemon/version.ts'
import type { Heard, PretendedFeed } from './pretended-daemon.ts'
import { serve } from './served.ts'

export interface Ran {
  /** 0, or the exit code of the error. */
  readonly code: number
  readonly error: Explained['report'] | undefined
  /** Standard output and standard error. */
  readonly out: string
  readonly err: string
  /** Under --json. */
  readonly objects: readonly Record<string, unknown>[]
}

export interface ServedCommands {
  readonly heard: readonly Heard[]
  /** Its transfers. */
  readonly feed: PretendedFeed
  /**
   * @param answers somebody sits at a terminal and types these lines, then nothing more
   * @param piped comes in by a pipe instead
   */
  run(words: readonly string[], answers?: readonly string[], piped?: string): Promise<Ran>
}

class Screen implements Sink {
  readonly isTTY: boolean
  readonly columns = 120
  text = ''

  constructor(isTTY: boolean) {
    this.isTTY = isTTY
  }

  write(text: string, written?: () => void): void {
    this.text += text
    written?.()
  }
}

export async function servedCommands(t: TestContext, handlers: Partial<Handlers>): Promise<ServedCommands> {
  const state = mkdtempSync(join(tmpdir(), 'shoal-commands-'))
  const lock = takeStateLock(state)
  t.after(() => {
    lock.release()
    rmSync(state, { recursive: true, force: true })
  })
  const { server, heard, feed } = await serve(t, { handlers, stateFolder: state })
  const run = { pid: process.pid, url: server.url, port: server.port, startedAt: '', version: VERSION }
  writeRunFile(state, { ...run, kept: 'foreground' })
  // Before the other words, so that `--` among them ends the options.
  return {
    heard,
    feed,
    run: ([name = '', ...words], answers, piped) =>
      runOne([name, '--state-dir', state, ...words], answers, piped),
  }
}

async function runOne(
  words: readonly string[],
  answers: readonly string[] | undefined,
  piped: string | undefined,
): Promise<Ran> {
  const [name, ...rest] = words
  const entry = COMMANDS.find((candidate) => candidate.name === name)
  if (entry === undefined) throw new Error(`no command ${name}`)
  const { command } = await entry.load()
  const [stdout, stderr] = [new Screen(false), new Screen(answers !== undefined)]
  const environment = { LANG: 'C.UTF-8', TERM: 'xterm', NO_COLOR: '1' }
  const json = hasSwitch('json', rest, environment)
  const output = new Output({ stdout, stderr, environment, json, quiet: false, noColor: true })
  const input = Object.assign(new PassThrough(), { isTTY: answers !== undefined })
  input.end(piped ?? (answers ?? []).map((line) => `${line}\n`).join(''))
  const shell = {
    output,
    input: input as unknown as NodeJS.ReadStream,
    environment,
    folder: '/home/a',
    interrupt: new Interrupt(),
    commands: COMMANDS,
  }
  let code = 0
  let error: Explained['report'] | undefined
  try {
    code = await command.start(entry, rest, shell)
  } catch (thrown) {
    if (!(thrown instanceof CodedError)) throw thrown
    const explained = explain(thrown)
    output.error(explained)
    code = explained.exit
    error = explained.report
  }
  const objects = json
    ? stdout.text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    : []
  return { code, error, out: stdout.text, err: stderr.text, objects }
}
