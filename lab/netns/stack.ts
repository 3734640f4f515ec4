// A network stack of its own, as a computer or a router has one: a network namespace held open by a sleeping process.
// Promise: it vanishes, with every interface and rule in it, on `leave` or with the program that opened it.

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Given, because otherwise it is the lowest of its ports' and changes as hosts come and go: whoever had looked it up before would
 * speak to nobody.
 */
export const BRIDGE_MAC = '02:00:5e:10:00:01'

export interface Stack {
  /** The process that holds it: `ip link … netns ID` puts an interface into it. */
  readonly holder: number
  /** Put in front of a command, runs it there; the process id stays the command's own. */
  readonly prefix: readonly string[]
  leave(): void
}

export async function openStack(): Promise<Stack> {
  // `cat` ends by itself when this process, and with it the pipe, is gone.
  const holder = spawn('unshare', ['--net', '--', 'sh', '-c', 'echo ready; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  holder.unref()
  await once(holder.stdout, 'data')
  holder.stdout.destroy()
  unrefPipe(holder.stdin)
  return {
    holder: holder.pid ?? 0,
    prefix: ['nsenter', `--net=/proc/${holder.pid}/ns/net`, '--'],
    leave: () => holder.kill('SIGKILL'),
  }
}

function unrefPipe(stream: unknown): void {
  ;(stream as { unref?: () => void }).unref?.()
}

/** Runs `ip` with each line, in order, where `prefix` says; the first that fails ends it. */
export async function ip(prefix: readonly string[], lines: readonly string[]): Promise<void> {
  await shell(
    prefix,
    lines.map((line) => `ip ${line}`),
  )
}

/** The same for commands of any program. */
export async function shell(prefix: readonly string[], lines: readonly string[]): Promise<void> {
  const [program = 'sh', ...args] = [...prefix, 'sh', '-c', lines.join(' && ')]
  await run(program, args)
}
