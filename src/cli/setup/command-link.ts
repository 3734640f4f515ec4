// `shoal` as a command in every shell: a link in ~/.local/bin, and a line in the shell's own file where that folder is not
// looked into. Promise: a `shoal` that is not ours is left alone, and of the shell's file nothing but that line is touched.

import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { shellWord } from '../shell-word.ts'
import { type Account, type Done, failed, type StepOutcome } from './setup-step.ts'

const MARK = '# added by `shoal setup`'

export function linkCommand(account: Account): StepOutcome {
  if (account.platform === 'win32')
    return {
      done: [],
      says: [
        `Windows: run \`npm link\` in ${path.dirname(path.dirname(account.launcher))}, which makes \`shoal\` a command.`,
      ],
    }
  const known = onPath(account)
  if (known !== undefined) return { done: [], says: [`\`shoal\` is a command already: ${known}`] }
  const folder = path.join(account.home, '.local', 'bin')
  const link = path.join(folder, 'shoal')
  const made = makeLink(link, account.launcher)
  if (made === 'other')
    return { done: [], says: [`${link} is something else and was left alone. Ours is ${account.launcher}`] }
  const done: Done[] = made === 'new' ? [{ kind: 'command', path: link, target: account.launcher }] : []
  const says = [`\`shoal\` is a command: ${link}`]
  if (foldersOf(account).includes(folder)) return { done, says }
  const line = shellLine(account, folder)
  if (line === undefined)
    return { done, says: [...says, `Add ${folder} to the PATH of your shell, so that it finds it.`] }
  addLine(line.path, line.text)
  return {
    done: [...done, { kind: 'shell-line', path: line.path, line: line.text }],
    says: [
      ...says,
      `New shells find it by a line in ${line.path}. In this one: ${line.text.split('  #')[0]}`,
    ],
  }
}

export function unlinkCommand(step: Extract<Done, { kind: 'command' }>): string {
  try {
    if (!lstatSync(step.path).isSymbolicLink() || realpathSync(step.path) !== realpathSync(step.target))
      return `${step.path} is something else now and was left alone.`
    unlinkSync(step.path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return `${step.path} was gone already.`
    throw failed(step.path, error)
  }
  return `Removed: ${step.path}`
}

export function removeLine({ path: file, line }: Extract<Done, { kind: 'shell-line' }>): string {
  try {
    const text = readFileSync(file, 'utf8')
    const without = text.split('\n').filter((each) => each !== line)
    if (without.length === text.split('\n').length) return `The line in ${file} was gone already.`
    writeFileSync(file, without.join('\n'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return `${file} was gone already.`
    throw failed(file, error)
  }
  return `Removed: the line in ${file}`
}

function foldersOf({ environment }: Account): string[] {
  return (environment.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder))
}

function onPath(account: Account): string | undefined {
  const launcher = realpathSync(account.launcher)
  return foldersOf(account)
    .map((folder) => path.join(folder, 'shoal'))
    .find((candidate) => realOf(candidate) === launcher)
}

function realOf(file: string): string | undefined {
  try {
    return realpathSync(file)
  } catch {
    // Not there.
    return undefined
  }
}

function makeLink(link: string, target: string): 'new' | 'ours' | 'other' {
  try {
    mkdirSync(path.dirname(link), { recursive: true })
    symlinkSync(target, link)
    return 'new'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw failed(link, error)
    return realOf(link) === realpathSync(target) ? 'ours' : 'other'
  }
}

function shellLine(
  { environment, home }: Account,
  folder: string,
): { path: string; text: string } | undefined {
  const word = shellWord(folder)
  if (word === undefined) return undefined
  switch (path.basename(environment.SHELL ?? '')) {
    case 'bash':
      return { path: path.join(home, '.bashrc'), text: `export PATH=${word}:"$PATH"  ${MARK}` }
    case 'zsh':
      return {
        path: path.join(environment.ZDOTDIR ?? home, '.zshrc'),
        text: `export PATH=${word}:"$PATH"  ${MARK}`,
      }
    case 'fish':
      return {
        path: path.join(home, '.config', 'fish', 'config.fish'),
        text: `fish_add_path ${word}  ${MARK}`,
      }
    default:
      return undefined
  }
}

function addLine(file: string, line: string): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true })
    const text = textOf(file)
    if (text.split('\n').includes(line)) return
    appendFileSync(file, `${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`)
  } catch (error) {
    throw failed(file, error)
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
