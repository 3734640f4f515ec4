// Opening a torrent's storage: reads the journal, claims the paths, finds the files, and decides whether we may work
// there at all. Invariant: what is refused was not touched; existing files are never replaced or cut.

import { Bitfield } from '../../base/bitfield.ts'
import type { PieceIndex } from '../../base/ids.ts'
import type { Disk } from '../../base/ports.ts'
import { BLOCK_BYTES, type Geometry } from '../../metainfo/geometry.ts'
import type { Metainfo } from '../../metainfo/metainfo.ts'
import { Journal, type ReadJournal } from './journal.ts'
import { type DataFile, Layout } from './layout.ts'
import type { OpenFiles } from './open-files.ts'
import { PartStore } from './part-store.ts'
import type { PathClaims } from './path-claims.ts'
import { type Located, Resume } from './resume.ts'
import { makeSaveFolder } from './save-folder.ts'
import { problemOf, type StorageProblem } from './trouble.ts'
import { findVolume, isFolderRemoved, markVolume } from './volume.ts'

export interface OpenRefusal {
  readonly refused: StorageProblem
}

export interface OpeningOptions {
  readonly disk: Disk
  readonly openFiles: OpenFiles
  readonly claims: PathClaims
  readonly metainfo: Metainfo
  readonly saveFolder: string
  readonly journalPath: string | undefined
  readonly partSuffix: string
  readonly preallocate: 'sparse' | 'full'
  /** By file index; without it, as the journal says. */
  readonly wanted: readonly boolean[] | undefined
  readonly agreed: boolean
  readonly refetch: boolean
  /** Absolute paths, by file index, of files that have other names on disk than in the torrent. */
  readonly diskPaths: readonly (string | undefined)[] | undefined
}

export interface ChangedFile {
  readonly file: number
  readonly path: string
  readonly standing: 'changed' | 'gone'
  /** It had been complete: its loss is not repaired without the person's word. */
  readonly wasFinal: boolean
}

/** What resuming found, to be told to the person. */
export interface ResumeReport {
  readonly journal: ReadJournal
  /** Files that are not as the journal described them. */
  readonly changed: readonly ChangedFile[]
  /** Pieces not believed any more, before checking. */
  readonly doubted: number
}

export interface Opened {
  readonly layout: Layout
  readonly store: PartStore
  readonly journal: Journal
  readonly have: Bitfield
  /** Must be hashed from disk before they are had or downloaded. */
  readonly pending: Set<PieceIndex>
  readonly partials: ReadonlyMap<PieceIndex, Bitfield>
  readonly report: ResumeReport
  /** The journal had these, and they are lost unless a check finds otherwise. */
  readonly problem: StorageProblem | undefined
  readonly claimed: readonly string[]
}

export async function openLayout(options: OpeningOptions, owner: object): Promise<Opened | OpenRefusal> {
  let claimed: string[] = []
  try {
    const { journal, read } = await Journal.open(options.disk, options.journalPath, options.metainfo)
    const layout = new Layout({ ...options, saveFolder: journal.state.folder ?? options.saveFolder })
    const store = new PartStore(options.metainfo, layout, options.openFiles, options.disk)
    applyNames(layout, journal, options)
    claimed = [...layout.dataFiles()].flatMap((file) => layout.claimPaths(file))
    const taken = options.claims.claim(owner, claimed, 'read')
    if (taken !== undefined) return { refused: { code: 'PATH_IN_USE', path: taken } }
    const opened = await locate(options, layout, store, journal, read)
    const refused = 'refused' in opened ? opened : claimForWriting(options.claims, owner, layout)
    if (refused === undefined) return { ...(opened as Opened), claimed }
    options.claims.release(owner, claimed)
    return refused
  } catch (error) {
    options.claims.release(owner, claimed)
    return { refused: problemOf(error, options.saveFolder) }
  }
}

function applyNames(layout: Layout, journal: Journal, options: OpeningOptions): void {
  const { state } = journal
  for (const file of layout.dataFiles()) {
    const elsewhere = options.diskPaths?.[file.index]
    if (elsewhere === undefined) file.components = state.names.get(file.index)?.components ?? file.components
    else {
      file.folder = options.disk.join(elsewhere, '..')
      file.components = [elsewhere.slice(file.folder.length).replace(/^[/\\]/, '')]
    }
    file.wanted = options.wanted?.[file.index] ?? state.wanted?.has(file.index) ?? true
  }
}

/** Complete files are only read, and may be shared; everything else is ours alone. */
function claimForWriting(claims: PathClaims, owner: object, layout: Layout): OpenRefusal | undefined {
  const paths: string[] = []
  for (const file of layout.dataFiles()) if (file.home !== 'final') paths.push(...layout.claimPaths(file))
  const taken = claims.claim(owner, paths, 'write')
  return taken === undefined ? undefined : { refused: { code: 'PATH_IN_USE', path: taken } }
}

async function locate(
  options: OpeningOptions,
  layout: Layout,
  store: PartStore,
  journal: Journal,
  read: ReadJournal,
): Promise<Omit<Opened, 'claimed'> | OpenRefusal> {
  const { disk } = options
  const { state } = journal
  const known = read.existed
  const hadFiles = [...state.files.values()].some((file) => file.home !== 'absent')
  const removed = options.refetch && (await isFolderRemoved(disk, layout.saveFolder, state.volume))
  if (!hadFiles || removed) await makeSaveFolder(disk, layout.saveFolder)
  const found = await findVolume(disk, layout.saveFolder, state.volume)
  store.restore(state.slots)
  let located: Located[] = []
  let missing = found === 'missing'
  if (!missing) {
    located = await new Resume({ disk, layout, store, state, known, agreed: options.agreed }).locate()
    const present = located.some(({ standing }) => standing === 'trusted' || standing === 'changed')
    missing = found === 'mounted' && hadFiles && !present
  }
  if (missing) return missingVolume(options.metainfo.geometry, layout, store, journal, read)
  const foreign = located.find(({ standing, file }) => standing === 'foreign' && file.wanted)
  if (foreign !== undefined && (!known || options.refetch)) {
    const stat = await disk.stat(foreign.path)
    return { refused: { code: stat?.kind === 'file' ? 'FILE_DIFFERS' : 'UNSAFE_PATH', path: foreign.path } }
  }
  layout.volume = await markVolume(disk, layout.saveFolder)
  if (store.file.home === 'absent') forgetStore(layout, store)
  return judgePieces(options.metainfo, layout, store, journal, read, located)
}

/** The part store is not there (any more): nothing is in it. */
function forgetStore(layout: Layout, store: PartStore): void {
  for (const piece of [...store.slots.keys()]) store.release(piece)
  for (const file of layout.dataFiles()) {
    if (!file.inStore) continue
    file.inStore = false
    file.unrecorded = true
  }
}

/** Everything stays as the journal says, and nothing is read or written until the volume is back. */
function missingVolume(
  geometry: Geometry,
  layout: Layout,
  store: PartStore,
  journal: Journal,
  read: ReadJournal,
): Omit<Opened, 'claimed'> {
  const { state } = journal
  layout.volume = state.volume
  for (const file of [...layout.dataFiles(), store.file]) {
    const known = state.files.get(file.index)
    file.home = known?.home ?? 'absent'
    file.facts = known?.facts
    file.inStore = known?.inStore ?? false
    file.writing = file.home === 'part'
  }
  return {
    layout,
    store,
    journal,
    have: state.have.clone(),
    pending: new Set(),
    partials: new Map(
      [...state.partials].map(([piece, bytes]) => [
        piece as PieceIndex,
        Bitfield.fromBytes(bytes, geometry.blockCount(piece as PieceIndex)),
      ]),
    ),
    report: { journal: read, changed: [], doubted: 0 },
    problem: { code: 'MISSING_VOLUME', path: layout.saveFolder },
  }
}

function judgePieces(
  metainfo: Metainfo,
  layout: Layout,
  store: PartStore,
  journal: Journal,
  read: ReadJournal,
  located: readonly Located[],
): Omit<Opened, 'claimed'> {
  const { geometry } = metainfo
  const { state } = journal
  const have = state.have.clone()
  const pending = new Set<PieceIndex>()
  const partials = new Map<PieceIndex, Bitfield>()
  const standings = new Map(located.map(({ file, standing }) => [file, standing]))
  const damaged = read.damage === 'corrupt'

  /** Where the bytes of a part are, if anywhere. */
  const holder = (index: number, piece: PieceIndex): DataFile | undefined => {
    const file = layout.files[index]
    if (file === undefined || file.home !== 'absent') return file
    return file.inStore && store.has(piece) && store.file.home !== 'absent' ? store.file : undefined
  }
  const isPad = (index: number): boolean => layout.files[index] === undefined
  const trusted = (parts: Parts, piece: PieceIndex): boolean =>
    !damaged &&
    parts.every(({ file }) => {
      const holds = holder(file, piece)
      return isPad(file) || (holds !== undefined && standings.get(holds) === 'trusted')
    })
  const reachable = (parts: Parts, piece: PieceIndex): boolean =>
    parts.every(({ file }) => isPad(file) || holder(file, piece) !== undefined)
  const found = (parts: Parts): boolean =>
    parts.some(({ file }) => standings.get(layout.files[file] as DataFile) === 'found')

  const calm = !damaged && located.every(({ standing }) => standing === 'trusted' || standing === 'absent')
  for (const piece of calm ? [...have.ones()] : [...geometry.pieces()]) {
    const parts = geometry.parts(piece as PieceIndex)
    const had = have.has(piece)
    if (had && trusted(parts, piece as PieceIndex)) continue
    have.clear(piece)
    // A changed file is only worth hashing where we had something; one that was just found, everywhere.
    const worthIt = had || damaged || found(parts)
    if (worthIt && reachable(parts, piece as PieceIndex)) pending.add(piece as PieceIndex)
  }
  for (const [index, bytes] of state.partials) {
    const piece = geometry.piece(index)
    if (piece === undefined || have.has(piece) || pending.has(piece)) continue
    const blocks = Bitfield.fromBytes(bytes, geometry.blockCount(piece))
    for (const block of [...blocks.ones()]) {
      const parts = geometry.parts(piece, block * BLOCK_BYTES, geometry.blockBytes(piece, block))
      if (!trusted(parts, piece)) blocks.clear(block)
    }
    if (!blocks.empty) partials.set(piece, blocks)
  }
  const changed = located.flatMap(({ file, path, standing }) => {
    if (standing !== 'changed' && standing !== 'gone') return []
    if (file === store.file && store.slots.size === 0) return []
    return [{ file: file.index, path, standing, wasFinal: state.files.get(file.index)?.home === 'final' }]
  })
  return {
    layout,
    store,
    journal,
    have,
    pending,
    partials,
    report: { journal: read, changed, doubted: state.have.count - have.count },
    problem: undefined,
  }
}

type Parts = readonly { readonly file: number }[]
