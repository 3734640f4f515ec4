// The files of a transfer: how much of each is here, which are wanted and how urgently, and their names on disk.

import { type KeyboardEvent, type ReactNode, useCallback, useId, useMemo, useState } from 'react'
import { explainTransferCheck } from '../../../../../src/api/check-sentence.ts'
import { formatSize } from '../../../../../src/api/format-quantity.ts'
import type { FileRow, TransferRow } from '../../../../../src/api/schemas/transfer.ts'
import { visible } from '../../../../../src/api/unseen-characters.ts'
import { openDialog } from '../../../app/dialogs.ts'
import { openedAtFirst, type TreeNode, visibleRows } from '../../../files/file-tree.ts'
import { call } from '../../../store/api.ts'
import { attempt } from '../../../store/attempt.ts'
import { toast } from '../../../store/toasts.ts'
import { t } from '../../../text/t.ts'
import { ErrorSentence } from '../../../ui/error-sentence.tsx'
import { ForeignText } from '../../../ui/foreign-text.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { MenuAction, MenuLine } from '../../../ui/menu.tsx'
import { type Point, PointMenu } from '../../../ui/point-menu.tsx'
import { useLoaded } from '../../../ui/use-loaded.ts'
import { useNow } from '../../../ui/use-now.ts'
import { useWindowed } from '../../../ui/windowed.ts'
import {
  checkSentence,
  type FileSum,
  fileTree,
  indexesOf,
  isMinded,
  PRIORITIES,
  type Priority,
  sumsOf,
} from './file-nodes.ts'
import '../../../ui/windowed.css'
import '../../../files/file-tree-view.css'

const BEAT_MS = 3_000
const SEEN_ROWS = 24

export function Files({ row }: { readonly row: TransferRow }): ReactNode {
  const { id } = row
  const load = useCallback(() => call('transferFiles', { id }), [id])
  const { value, error, again } = useLoaded(load, BEAT_MS)
  if (value === undefined) return error === undefined ? null : <ErrorSentence error={error} />
  if (value.files.length === 0) return <p className="soft">{t('files.unknown')}</p>
  return <Tree id={id} files={value.files} again={again} />
}

interface TreeProps {
  readonly id: string
  readonly files: readonly FileRow[]
  readonly again: () => void
}

function Tree({ id, files, again }: TreeProps): ReactNode {
  const domId = useId()
  // Names and sizes make the tree; progress comes every few seconds and does not.
  const shape = files.map(({ path }) => path.join('/')).join('\n')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape says when the tree is another one
  const nodes = useMemo(() => fileTree(files), [shape])
  const sums = useMemo(() => sumsOf(nodes, files), [nodes, files])
  const byIndex = useMemo(() => new Map(files.map((file) => [file.index, file])), [files])
  const atFirst = useMemo(() => openedAtFirst(nodes), [nodes])
  const [opened, setOpened] = useState<ReadonlySet<string> | undefined>()
  const open = opened ?? atFirst
  const shown = useMemo(() => visibleRows(nodes, open), [nodes, open])
  const seen = useWindowed(shown.length, SEEN_ROWS)
  const [menu, setMenu] = useState<{ readonly node: TreeNode; readonly at: Point } | undefined>()

  const setOpen = (node: TreeNode, on: boolean) => {
    const next = new Set(open)
    if (on) next.add(node.key)
    else next.delete(node.key)
    setOpened(next)
  }
  const act = (event: KeyboardEvent, node: TreeNode): boolean => {
    const folder = node.file === undefined
    const { key } = event
    if (key === ' ')
      void setPriority(id, node, files, sums.get(node.key)?.priority === 'skip' ? 'normal' : 'skip', again)
    else if (key === 'ArrowRight' && folder) setOpen(node, true)
    else if (key === 'ArrowLeft' && folder && open.has(node.key)) setOpen(node, false)
    else if (key === 'ArrowLeft')
      seen.go(shown.findLastIndex((one, at) => at < seen.current && one.level < node.level))
    else if (key === 'Enter' || key === 'ContextMenu' || (key === 'F10' && event.shiftKey)) {
      const element = document.getElementById(`${domId}-${seen.current}`)
      const { left = 0, bottom = 0 } = element?.getBoundingClientRect() ?? {}
      setMenu({ node, at: { x: left + 24, y: bottom } })
    } else return false
    return true
  }
  return (
    <>
      <div
        ref={seen.box}
        className="windowed files-tree"
        role="tree"
        aria-label={t('details.tab.files')}
        aria-activedescendant={`${domId}-${seen.current}`}
        tabIndex={0}
        onScroll={seen.onScroll}
        onKeyDown={(event) => {
          const node = shown[seen.current]
          if (node === undefined || event.altKey || event.ctrlKey || event.metaKey) return
          if (!seen.move(event.key) && !act(event, node)) return
          event.preventDefault()
          event.stopPropagation()
        }}
      >
        <div role="none" style={{ blockSize: seen.beforePx }} />
        {shown.slice(seen.first, seen.last).map((node, at) => (
          <FileLine
            key={node.key}
            id={`${domId}-${seen.first + at}`}
            node={node}
            sum={sums.get(node.key)}
            place={seen.first + at}
            of={shown.length}
            current={seen.first + at === seen.current}
            open={node.file === undefined ? open.has(node.key) : undefined}
            onOpen={() => setOpen(node, !open.has(node.key))}
            onMenu={(point) => {
              seen.go(seen.first + at)
              setMenu({ node, at: point })
            }}
          />
        ))}
        <div role="none" style={{ blockSize: seen.afterPx }} />
      </div>
      <AboutCurrent node={shown[seen.current]} files={byIndex} />
      {menu !== undefined && (
        <PointMenu
          at={menu.at}
          label={t('files.menu', visible(menu.node.name))}
          onClose={() => setMenu(undefined)}
        >
          <FileActions id={id} node={menu.node} files={files} again={again} />
        </PointMenu>
      )}
    </>
  )
}

const MOST_INDENTED = 8

interface LineProps {
  readonly id: string
  readonly node: TreeNode
  readonly sum: FileSum | undefined
  readonly place: number
  readonly of: number
  readonly current: boolean
  readonly open: boolean | undefined
  readonly onOpen: () => void
  readonly onMenu: (at: Point) => void
}

function FileLine({ id, node, sum, place, of, current, open, onOpen, onMenu }: LineProps): ReactNode {
  const percent = node.totalBytes === 0 ? 100 : Math.floor(((sum?.doneBytes ?? 0) / node.totalBytes) * 100)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree takes the keys for its rows
    // biome-ignore lint/a11y/useFocusableInteractive: the tree holds the focus and names its current row
    <div
      id={id}
      role="treeitem"
      className={`windowed-row files-row tree-level-${Math.min(node.level, MOST_INDENTED)}${current ? ' windowed-current' : ''}`}
      aria-level={node.level}
      aria-expanded={open}
      aria-posinset={place + 1}
      aria-setsize={of}
      onClick={() => (open === undefined ? undefined : onOpen())}
      onContextMenu={(event) => {
        event.preventDefault()
        onMenu({ x: event.clientX, y: event.clientY })
      }}
    >
      <span className="files-name">
        <Icon name={open === undefined ? 'file' : open ? 'chevronDown' : 'chevronRight'} />
        {sum !== undefined && isMinded(sum) && (
          <span className={sum.check === 'locked' ? 'files-locked' : 'files-danger'} title={minded(sum)}>
            <Icon name={sum.check === 'locked' ? 'locked' : 'warning'} />
            <span className="visually-hidden">{minded(sum)}.</span>
          </span>
        )}
        <span
          className={`truncate${sum?.priority === 'skip' ? ' files-unwanted' : ''}`}
          title={visible(node.name)}
        >
          <ForeignText text={node.name} />
        </span>
      </span>
      <span className="windowed-fact">{formatSize(node.totalBytes)}</span>
      <span className="windowed-fact">{percent} %</span>
      <button
        type="button"
        className="text-button"
        tabIndex={-1}
        onClick={(event) => {
          event.stopPropagation()
          const { left, bottom } = event.currentTarget.getBoundingClientRect()
          onMenu({ x: left, y: bottom })
        }}
      >
        {sum?.priority === undefined ? t('files.mixed') : t(`files.priority.${sum.priority}`)}
      </button>
    </div>
  )
}

function minded({ check }: FileSum): string {
  return check === null ? t('check.short.careful-not-scanned') : explainTransferCheck(check)
}

/** What is known of the row that the keys are at, in full. */
function AboutCurrent({
  node,
  files,
}: {
  readonly node: TreeNode | undefined
  readonly files: ReadonlyMap<number, FileRow>
}): ReactNode {
  const nowMs = useNow()
  const row = node?.file === undefined ? undefined : files.get(node.file.index)
  const sentence = row === undefined ? undefined : checkSentence(row, nowMs)
  return (
    <p className="files-about" role="status">
      {node !== undefined && sentence !== undefined && (
        <ForeignText text={t('files.about', node.name, sentence)} />
      )}
    </p>
  )
}

function FileActions({ id, node, files, again }: TreeProps & { readonly node: TreeNode }): ReactNode {
  const { file } = node
  const row = file === undefined ? undefined : files.find(({ index }) => index === file.index)
  return (
    <>
      {row?.check?.state === 'locked' && row.check.kept !== 'deleted' && (
        <>
          <MenuAction
            icon="remove"
            danger
            onAction={() =>
              void openDialog('deleteLocked', {
                id,
                index: row.index,
                name: node.name,
                why: checkSentence(row, Date.now()) ?? '',
              }).then(again)
            }
          >
            {t('files.deleteLocked')}
          </MenuAction>
          <MenuLine />
        </>
      )}
      {(['high', 'normal', 'low', 'skip'] as const).map((priority) => (
        <MenuAction key={priority} onAction={() => void setPriority(id, node, files, priority, again)}>
          {t(`files.priority.${priority}.do`)}
        </MenuAction>
      ))}
      {file !== undefined && (
        <>
          <MenuLine />
          <MenuAction
            icon="file"
            onAction={() => void openDialog('rename', { id, index: file.index, path: file.path }).then(again)}
          >
            {t('do.rename')}
          </MenuAction>
        </>
      )}
    </>
  )
}

async function setPriority(
  id: string,
  node: TreeNode,
  files: readonly FileRow[],
  priority: Priority,
  again: () => void,
): Promise<void> {
  const indexes = new Set(indexesOf(node))
  const before = files
    .filter(({ index }) => indexes.has(index))
    .map(({ index, priority: was }) => ({ index, priority: was }))
  const put = (priorities: typeof before) => attempt(() => call('changeFiles', { id, priorities }))
  const done = await put(before.map(({ index }) => ({ index, priority: PRIORITIES[priority] })))
  again()
  if (done === undefined) return
  toast(t('files.changed', visible(node.name), t(`files.priority.${priority}`).toLowerCase()), {
    undo: async () => {
      await put(before)
      again()
    },
  })
}
