// The torrents that the crash lab downloads: content from a seed, its torrent, and a real `shoal share` that gives it.
// Promise: the same seed makes the same content; everything lies in one folder, which `remove` takes away.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeTorrent } from '../../src/daemon/make-torrent.ts'
import { toolPorts } from '../../src/daemon/tool-ports.ts'
import type { Metainfo, TorrentVersion } from '../../src/metainfo/metainfo.ts'
import { makeBigFile, SeededBytes } from '../../test/interop/fixtures.ts'

export const MIB = 1_048_576

export interface SceneChoice {
  readonly name: string
  readonly version: TorrentVersion
  readonly pieceLengthBytes: number
  readonly lengthBytes: number
  /** 1 for a torrent of a single file. */
  readonly files: number
  readonly select?: string
  /** What the getter is given: the link learns its metadata from the sharer. */
  readonly source: 'link' | 'torrent'
}

export interface Scene {
  readonly choice: SceneChoice
  readonly metainfo: Metainfo
  readonly torrentPath: string
  /** Holds the file or folder of the torrent's name; never written to by anybody. */
  readonly sourceFolder: string
  /** By file index. */
  readonly wanted: readonly boolean[]
}

/** Every kind of torrent, small and large pieces, one file and many. */
export function sceneChoices(lengthBytes: number, pieceLengthBytes: number | undefined): SceneChoice[] {
  const large = 64 * MIB
  // Two whole pieces of 64 MiB and a rest, whatever the size asked for.
  const long = Math.max(lengthBytes, 2 * large + 5 * MIB)
  const choices: SceneChoice[] = [
    { name: 'v1', version: 'v1', pieceLengthBytes: MIB, lengthBytes, files: 1, source: 'link' },
    { name: 'v2', version: 'v2', pieceLengthBytes: MIB / 4, lengthBytes, files: 1, source: 'link' },
    {
      name: 'hybrid tree',
      version: 'hybrid',
      pieceLengthBytes: MIB / 4,
      lengthBytes,
      files: 200,
      source: 'link',
    },
    {
      name: 'v1 tree, --select',
      version: 'v1',
      pieceLengthBytes: MIB,
      lengthBytes: lengthBytes * 2,
      files: 40,
      select: '*[02468].bin',
      source: 'torrent',
    },
    {
      name: 'v1, 64 MiB',
      version: 'v1',
      pieceLengthBytes: large,
      lengthBytes: long,
      files: 1,
      source: 'torrent',
    },
    {
      name: 'v2, 64 MiB',
      version: 'v2',
      pieceLengthBytes: large,
      lengthBytes: long,
      files: 1,
      source: 'link',
    },
    {
      name: 'hybrid, 64 MiB',
      version: 'hybrid',
      pieceLengthBytes: large,
      lengthBytes: long,
      files: 1,
      source: 'torrent',
    },
  ]
  if (pieceLengthBytes === undefined) return choices
  const small = choices.filter((choice) => choice.pieceLengthBytes !== large)
  return small.map((choice) => ({ ...choice, pieceLengthBytes }))
}

/** `*[02468].bin` of `--select`, said without a matcher of globs. */
function isSelected(choice: SceneChoice, name: string): boolean {
  return choice.select === undefined || /[02468]\.bin$/.test(name)
}

/** Makes folders for torrents, one after another, below one temporary folder. */
export class SceneMaker {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static async open(): Promise<SceneMaker> {
    return new SceneMaker(await mkdtemp(join(tmpdir(), 'shoal-crash-')))
  }

  async make(choice: SceneChoice, seed: number): Promise<Scene> {
    const place = join(this.folder, choice.name.replaceAll(/\W+/g, '-'))
    const sourceFolder = join(place, 'source')
    await mkdir(sourceFolder, { recursive: true })
    const root = join(sourceFolder, choice.files === 1 ? 'content.bin' : 'content')
    const words = `${seed} ${choice.name}`
    if (choice.files === 1) await makeBigFile(root, words, choice.lengthBytes - 4_321)
    else await makeFiles(root, words, choice)
    const ports = toolPorts()
    try {
      const made = await makeTorrent(
        {
          source: root,
          folder: place,
          output: join(place, 'content.torrent'),
          replace: false,
          comment: undefined,
          trackers: [],
          webSeeds: [],
          version: choice.version,
          pieceLengthBytes: choice.pieceLengthBytes,
        },
        ports,
      )
      const { metainfo } = made.torrent
      const wanted = metainfo.files.map((file) => !file.pad && isSelected(choice, file.path.at(-1) ?? ''))
      return { choice, metainfo, torrentPath: made.outputPath, sourceFolder, wanted }
    } finally {
      await ports.close()
    }
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** Some empty, a few large, most small; the sum is close to what was asked for. */
async function makeFiles(root: string, words: string, choice: SceneChoice): Promise<void> {
  const bytes = new SeededBytes(words)
  const weights = Array.from({ length: choice.files }, (_, at) =>
    at % 17 === 0 ? 0 : at % 9 === 0 ? 40 + bytes.below(40) : 1 + bytes.below(10),
  )
  const sum = weights.reduce((total, weight) => total + weight, 0)
  for (const [at, weight] of weights.entries()) {
    const folder = join(root, `part ${at % 5}`)
    await mkdir(folder, { recursive: true })
    const lengthBytes = weight === 0 ? 0 : Math.floor((choice.lengthBytes * weight) / sum) + bytes.below(999)
    await writeFile(join(folder, `file ${at}.bin`), bytes.next(lengthBytes))
  }
}
