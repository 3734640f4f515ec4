// Programs and Python modules that a test needs from the system.
// Promise: where one is missing the test is skipped with a printed reason that names the Debian package; with CI=true,
// where everything is to be installed, the same is a failure.

import { spawnSync } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'node:test'

/** Why `program` cannot be used, or undefined if it can. `debianPackage` is what brings it. */
export function missingProgram(program: string, debianPackage: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  if (folders.some((folder) => isExecutable(join(folder, program)))) return undefined
  return `needs ${program}: apt-get install ${debianPackage}`
}

/** Debian's own Python sees Debian's modules; another one earlier on the path may not. */
const PYTHON = '/usr/bin/python3'

/** The same for a module of Python. */
export function missingPythonModule(module: string, debianPackage: string): string | undefined {
  const tried = spawnSync(PYTHON, ['-c', `import ${module}`])
  return tried.status === 0
    ? undefined
    : `needs the Python module ${module}: apt-get install ${debianPackage}`
}

/**
 * First line of a test that needs a program: `if (!needs(t, 'aria2c', 'aria2')) return`.
 * @returns false after the test was marked as skipped
 * @throws if the program is missing with CI=true
 */
export function needs(t: TestContext, program: string, debianPackage: string): boolean {
  return decide(t, missingProgram(program, debianPackage))
}

/** The same for a module of Python. */
export function needsPythonModule(t: TestContext, module: string, debianPackage: string): boolean {
  return decide(t, missingPythonModule(module, debianPackage))
}

function decide(t: TestContext, reason: string | undefined): boolean {
  if (reason === undefined) return true
  if (process.env.CI === 'true') throw new Error(reason)
  t.skip(reason)
  return false
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    // Not there, or not for us: both mean that this folder does not have it.
    return false
  }
}
