// A share as its page gives it: names for people, and where its bytes lie.

export interface PagedFile {
  /** Components below the share, already safe; the first of a folder is its name. */
  readonly path: readonly string[]
  readonly lengthBytes: number
  /** Absolute. */
  readonly diskPath: string
  /** When it was read to be shared, in ms: changed since then it is not given. Unknown: as it is when the page opens. */
  readonly modifiedMs?: number | undefined
}

export interface PagedShare {
  readonly id: string
  readonly name: string
  /** Without padding. */
  readonly files: readonly PagedFile[]
  /** All of it is here and as it was. Asked for each download. */
  readonly whole?: (index: number) => boolean
}

/** A single file is not put into an archive. */
export function isFolder({ files }: PagedShare): boolean {
  return files.length !== 1 || (files[0]?.path.length ?? 1) > 1
}

/** Below the folder that all of a share's files lie in, which the page names already. */
export function shownPath(share: PagedShare, { path }: PagedFile): string {
  return (isFolder(share) && path.length > 1 ? path.slice(1) : path).join(' / ')
}
