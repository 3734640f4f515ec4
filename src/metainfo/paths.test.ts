import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { utf8 } from '../base/bytes.ts'
import { fold, PATH_LIMIT_BYTES, PATH_LIMIT_COMPONENTS, SafePaths, spelledPath } from './paths.ts'
import { COMPONENT_LIMIT_BYTES, isBlankName, safeName, twinName } from './safe-name.ts'

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

function place(paths: readonly (readonly string[])[]): string[] {
  const safe = new SafePaths()
  return paths.map((path) => safe.place(path.map(utf8)).join('/'))
}

test('ordinary names stay as they are', () => {
  for (const name of [
    'foo... bar',
    '.bashrc',
    '..foo',
    ' leading space',
    'What? A "quoted" <name>: 5 * 5 | 25',
    'console.log',
    'com10.txt',
    'nulls',
    'Ünïcødé – ελληνικά – кириллица – עברית – العربية.mp3',
    '日本語（テスト）.txt',
    'हिन्दी क्‍ष.txt',
    'می‌خواهم.txt',
    '👨‍👩‍👧‍👦 ❤️‍🔥.png',
    'e\u0301 decomposed',
    'a'.repeat(240),
    "tilde~1 #hash %percent $dollar &amp; 'quote'",
  ]) {
    assert.equal(safeName(utf8(name)), name)
  }
})

test('dangerous names become harmless ones, always the same', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['', '_'],
    ['.', '_'],
    ['..', '__'],
    ['...', '___'],
    ['../x', '.._x'],
    ['..\\x', '.._x'],
    ['/etc/passwd', '_etc_passwd'],
    ['abc/../../def', 'abc_.._.._def'],
    ['C:\\x', 'C__x'],
    ['c:evil', 'c_evil'],
    ['\\\\srv\\share', '__srv_share'],
    ['CON', '_CON'],
    ['con', '_con'],
    ['Con .txt', '_Con .txt'],
    ['nul.txt.jpg', '_nul.txt.jpg'],
    ['AUX.', 'AUX_'],
    ['COM1', '_COM1'],
    ['lpt9.log', '_lpt9.log'],
    ['COM\u00b2', '_COM\u00b2'],
    ['CONIN$', '_CONIN$'],
    ['nul:stream', '_nul:stream'],
    ['trailing.', 'trailing_'],
    ['trailing. . ', 'trailing____'],
    ['space ', 'space_'],
    ['a\0b', 'a_b'],
    ['a\r\nb', 'a__b'],
    ['\x1b[31mred', '_[31mred'],
    ['del\x7f', 'del_'],
    ['\u0085next', '_next'],
    ['photo\u202egpj.exe', 'photo_gpj.exe'],
    ['\u2066isolate\u2069', '_isolate_'],
    ['mark\u200f\u200e.exe', 'mark_.exe'],
    ['zero\u200bwidth', 'zero_width'],
    ['join\u200dme', 'join_me'],
    ['\u200d', '_'],
    ['a\u200c\u200d\u200cb', 'a___b'],
    ['\ufeffbom', '_bom'],
    ['soft\u00adhyphen', 'soft_hyphen'],
    ['line\u2028separator', 'line_separator'],
    ['tag\u{e0041}\u{e0042}', 'tag_'],
    ['filler\u3164', 'filler_'],
  ]
  for (const [name, expected] of cases) {
    assert.equal(safeName(utf8(name)), expected, JSON.stringify(name))
  }
})

test('bytes that are no UTF-8 are replaced one by one', () => {
  assert.equal(safeName(latin1('caf\xe9.txt')), 'caf_.txt')
  assert.equal(safeName(latin1('\xff\xfe\xfd')), '___')
  assert.equal(safeName(latin1('\xc0\xae\xc0\xae')), '____', 'overlong dots are no dots')
  assert.equal(safeName(latin1('cut\xe2\x82')), 'cut_')
  assert.equal(safeName('lone\ud800surrogate'), 'lone_surrogate')
})

test('names that only Windows forbids are replaced only there', () => {
  assert.equal(safeName(utf8('ab:c*d?"e"<f>|g'), 'windows'), 'ab_c_d__e__f__g')
  assert.equal(safeName(utf8('ab:c*d?"e"<f>|g')), 'ab:c*d?"e"<f>|g')
})

test('over-long names are cut between characters and keep their extension', () => {
  assert.equal(safeName(utf8(`${'x'.repeat(300)}.tar.gz`)), `${'x'.repeat(237)}.gz`)
  assert.equal(safeName(utf8('é'.repeat(150))), 'é'.repeat(120))
  assert.equal(safeName(utf8(`a${'é'.repeat(150)}`)), `a${'é'.repeat(119)}`)
  assert.equal(
    safeName(utf8(`${'x'.repeat(200)}.${'y'.repeat(100)}`)),
    `${'x'.repeat(200)}.${'y'.repeat(39)}`,
  )
  assert.equal(safeName(utf8(`${'x'.repeat(239)}. more`)), `${'x'.repeat(234)}. more`)
  assert.equal(safeName(utf8(`${'x'.repeat(239)}.${'y'.repeat(40)}`)), `${'x'.repeat(239)}_`)
})

const nasty = fc.array(
  fc.oneof(
    fc.constantFrom(...'./\\: _~aAzZ0CONnul\0\r\x1b\x7f\u200d\u200c\u200b\u202e\ufeff\u00e9e\u0301\ufffdß'),
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom('.part', '.txt', 'x'.repeat(250), 'é'.repeat(130), 'COM1', '👨‍👩‍👧'),
  ),
  { maxLength: 8 },
)

function assertHarmless(name: string): void {
  assert.ok(utf8(name).length <= COMPONENT_LIMIT_BYTES && utf8(name).length > 0)
  assert.ok(name !== '.' && name !== '..')
  assert.doesNotMatch(name, /[/\\\p{Cc}\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]|[. ]$/u)
  assert.doesNotMatch(name, /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i)
  assert.ok(name.isWellFormed())
}

test('every name becomes harmless, and a harmless name stays', () => {
  fc.assert(
    fc.property(nasty, fc.constantFrom('posix' as const, 'windows' as const), (parts, rules) => {
      const name = safeName(parts.join(''), rules)
      assertHarmless(name)
      assert.equal(safeName(name, rules), name)
    }),
    { numRuns: 2000 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      assertHarmless(safeName(bytes))
      assert.equal(safeName(safeName(bytes)), safeName(bytes))
    }),
  )
})

test('twins are numbered before their extension, the first keeps its name', () => {
  assert.deepEqual(
    place([
      ['t', 'bar.txt'],
      ['t', 'bar.txt'],
      ['t', 'bar.txt'],
      ['t', 'bar'],
    ]),
    ['t/bar.txt', 't/bar.1.txt', 't/bar.2.txt', 't/bar'],
  )
  assert.deepEqual(place([['.hidden'], ['.hidden'], ['a.tar.gz'], ['a.tar.gz']]), [
    '.hidden',
    '.hidden.1',
    'a.tar.gz',
    'a.tar.1.gz',
  ])
})

test('names that differ in case or normalisation only are twins', () => {
  assert.deepEqual(place([['README'], ['readme'], ['Readme']]), ['README', 'readme.1', 'Readme.2'])
  assert.deepEqual(place([['\u00e9.txt'], ['e\u0301.txt'], ['\u00c9.TXT']]), [
    '\u00e9.txt',
    'e\u0301.1.txt',
    '\u00c9.2.TXT',
  ])
  assert.deepEqual(place([['straße'], ['STRASSE'], ['\u212a'], ['k']]), [
    'straße',
    'STRASSE.1',
    '\u212a',
    'k.1',
  ])
  assert.deepEqual(
    place([
      ['Dir', 'a'],
      ['dir', 'A'],
      ['dir', 'b'],
    ]),
    ['Dir/a', 'dir/A.1', 'dir/b'],
  )
})

test('different names that become one are twins too', () => {
  assert.deepEqual(place([['a/b'], ['a\\b'], ['a\0b']]), ['a_b', 'a_b.1', 'a_b.2'])
  const long = 'x'.repeat(300)
  const [first, second] = place([[`${long}1.mp3`], [`${long}2.mp3`]]) as [string, string]
  assert.equal(first, `${'x'.repeat(236)}.mp3`)
  assert.equal(second, `${'x'.repeat(228)}.1.mp3`)
})

test('a twin never takes a name that another file has already', () => {
  assert.deepEqual(place([['a.1'], ['a'], ['a'], ['A.1']]), ['a.1', 'a', 'a.2', 'A.1.1'])
})

test('a file and a folder of one name are twins, whichever comes first', () => {
  assert.deepEqual(place([['a'], ['a', 'b'], ['A', 'c'], ['a', 'd']]), ['a', 'a.1/b', 'A.2/c', 'a.1/d'])
  assert.deepEqual(place([['a', 'b'], ['a'], ['a', 'c']]), ['a/b', 'a.1', 'a/c'])
  assert.deepEqual(
    place([
      ['a', 'b', 'c'],
      ['a', 'b'],
      ['a', 'b.1', 'c'],
    ]),
    ['a/b/c', 'a/b.1', 'a/b.1.1/c'],
  )
})

test('no file is named like the unfinished form of another', () => {
  assert.deepEqual(place([['a'], ['a.part']]), ['a', 'a.1.part'])
  assert.deepEqual(place([['a.part'], ['a']]), ['a.part', 'a.1'])
  assert.deepEqual(place([['a'], ['A.PART', 'x']]), ['a', 'A.PART.1/x'])
  assert.deepEqual(place([['a.part', 'x'], ['a']]), ['a.part/x', 'a.1'])
  assert.deepEqual(place([['a.part'], ['a.part.part']]), ['a.part', 'a.part.1.part'])
})

test('a hundred files of one path are placed, one more is refused', () => {
  const safe = new SafePaths()
  for (let i = 0; i < 100; i++) safe.place(['t', 'bar.txt'])
  assert.throws(() => safe.place(['t', 'bar.txt']), { code: 'TOO_MANY_TWINS' })
})

test('names that only become equal are placed without such a limit', () => {
  const invisible = Array.from({ length: 30 }, (_, i) => String.fromCharCode(i + 1))
  const names = invisible.flatMap((first) => invisible.map((second) => [first + second]))
  assert.equal(new Set(place(names)).size, 900)
})

test('paths beyond the limits are refused', () => {
  const safe = new SafePaths()
  safe.place(Array.from({ length: PATH_LIMIT_COMPONENTS }, () => 'd'))
  assert.throws(() => safe.place(Array.from({ length: PATH_LIMIT_COMPONENTS + 1 }, () => 'd')), {
    code: 'PATH_TOO_DEEP',
  })
  const half = 'x'.repeat(PATH_LIMIT_BYTES / 2)
  safe.place([half, half.slice(1)])
  assert.throws(() => safe.place([half, half]), { code: 'PATH_TOO_LONG' })
})

test('any list of paths is placed without one meeting another', () => {
  const component = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom('a', 'A', 'a.part', 'a.1', 'a.part.1', 'b', '..', '', 'é', 'e\u0301', 'a/b'),
    },
    { weight: 1, arbitrary: nasty.map((parts) => parts.join('')) },
  )
  fc.assert(
    fc.property(fc.array(fc.array(component, { minLength: 1, maxLength: 4 }), { maxLength: 40 }), (paths) => {
      const placed = place(paths)
      const again = place(paths)
      assert.deepEqual(placed, again)
      const files = new Set<string>()
      for (const path of placed) {
        path.split('/').forEach(assertHarmless)
        for (const taken of [fold(path), fold(`${path}.part`)]) {
          assert.ok(!files.has(taken), path)
          files.add(taken)
        }
      }
      for (const path of placed) {
        const components = path.split('/')
        for (let depth = 1; depth < components.length; depth++) {
          assert.ok(!files.has(fold(components.slice(0, depth).join('/'))), path)
        }
      }
    }),
    { numRuns: 1000 },
  )
})

test('twenty thousand long twins are placed in linear time', { timeout: 20_000 }, () => {
  const safe = new SafePaths()
  const name = 'x'.repeat(300)
  for (let i = 0; i < 20_000; i++) assert.ok(safe.place([`${name}${i}`]))
})

test('the spelling of a torrent is given only where it can be looked for safely', () => {
  assert.deepEqual(spelledPath([utf8('Vol. 1.'), utf8('a:b?')]), ['Vol. 1.', 'a:b?'])
  for (const name of ['..', '.', '', 'a/b', 'a\\b', 'a\0'])
    assert.equal(spelledPath([utf8('x'), utf8(name)]), undefined)
  assert.equal(spelledPath([latin1('\xff')]), undefined)
  assert.equal(spelledPath([utf8('Vol. 1.')], 'windows'), undefined)
  assert.deepEqual(spelledPath([utf8('Vol. 1')], 'windows'), ['Vol. 1'])
})

test('blank names are those of which nothing is left', () => {
  assert.ok(isBlankName(safeName('..')) && isBlankName(safeName('')) && isBlankName(safeName('/')))
  assert.ok(!isBlankName(safeName('_a')))
  assert.equal(twinName('_', 1, false), '_.1')
})
