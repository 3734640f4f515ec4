import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missingProgram, missingPythonModule, needs, needsPythonModule } from './require-program.ts'

/** The part of a test's context that is used, and what was done with it. */
function context() {
  const reasons: (string | undefined)[] = []
  return {
    reasons,
    t: { skip: (reason?: string) => reasons.push(reason) } as unknown as Parameters<typeof needs>[0],
  }
}

function withCi<T>(value: string | undefined, body: () => T): T {
  const before = process.env.CI
  if (value === undefined) delete process.env.CI
  else process.env.CI = value
  try {
    return body()
  } finally {
    if (before === undefined) delete process.env.CI
    else process.env.CI = before
  }
}

test('a program that is there lets the test run', () => {
  const { t, reasons } = context()
  assert.equal(needs(t, process.platform === 'win32' ? 'cmd.exe' : 'sh', 'dash'), true)
  assert.deepEqual(reasons, [])
})

test('a missing program skips the test and names the package', () => {
  const { t, reasons } = context()
  assert.equal(
    withCi(undefined, () => needs(t, 'no-such-client', 'no-such-package')),
    false,
  )
  assert.deepEqual(reasons, ['needs no-such-client: apt-get install no-such-package'])
})

test('in CI a missing program or module is a failure', () => {
  const { t, reasons } = context()
  assert.throws(() => withCi('true', () => needs(t, 'no-such-client', 'p')), /apt-get install p/)
  assert.throws(() => withCi('true', () => needsPythonModule(t, 'no_such_module', 'p')), /apt-get install p/)
  assert.deepEqual(reasons, [])
})

test('a folder or a plain file of the name is no program', () => {
  const { PATH } = process.env
  process.env.PATH = import.meta.dirname
  try {
    assert.notEqual(missingProgram('require-program.ts', 'p'), undefined)
    assert.notEqual(missingProgram('', 'p'), undefined)
  } finally {
    process.env.PATH = PATH
  }
})

test('a missing Python module names the package', () => {
  assert.match(missingPythonModule('no_such_module', 'python3-no-such') ?? '', /python3-no-such$/)
})
