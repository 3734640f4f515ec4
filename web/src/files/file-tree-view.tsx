// The tree of files with a tick for each file and folder: a tree for the keyboard, however many files there are.

import { type KeyboardEvent, type ReactNode, useId, useMemo, useState } from 'react'
import { formatSize } from '../../../src/api/format-quantity.ts'
import { t } from '../text/t.ts'
import { ForeignText } from '../ui/foreign-text.tsx'
import { Icon } from '../ui/icon.tsx'
import { useWindowed } from '../ui/windowed.ts'
import {
  chosenCounts,
  openedAtFirst,
  type Tick,
  type TreeFile,
  type TreeNode,
  tickOf,
  toggled,
  treeOf,
  visibleRows,
} from './file-tree.ts'
import '../ui/windowed.css'
import './file-tree-view.css'

const SEEN_ROWS = 9

export interface FileTreeViewProps {
  readonly label: string
  readonly files: readonly TreeFile[]
  readonly chosen: ReadonlySet<number>
  readonly onChange: (chosen: ReadonlySet<number>) => void
}

export function FileTreeView({ label, files, chosen, onChange }: FileTreeViewProps): ReactNode {
  const id = useId()
  const nodes = useMemo(() => treeOf(files), [files])
  const [opened, setOpened] = useState<{ of: readonly TreeNode[]; open: ReadonlySet<string> }>()
  const atFirst = useMemo(() => openedAtFirst(nodes), [nodes])
  const open = opened?.of === nodes ? opened.open : atFirst
  const rows = useMemo(() => visibleRows(nodes, open), [nodes, open])
  const counts = useMemo(() => chosenCounts(nodes, chosen), [nodes, chosen])
  const seen = useWindowed(rows.length, SEEN_ROWS)

  const setOpen = (node: TreeNode, on: boolean): void => {
    const next = new Set(open)
    if (on) next.add(node.key)
    else next.delete(node.key)
    setOpened({ of: nodes, open: next })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const node = rows[seen.current]
    if (node === undefined || event.altKey || event.ctrlKey || event.metaKey) return
    if (!seen.move(event.key) && !act(event.key, node)) return
    event.preventDefault()
    event.stopPropagation()
  }
  const act = (key: string, node: TreeNode): boolean => {
    const folder = node.file === undefined
    if (key === ' ') onChange(toggled(node, chosen))
    else if (key === 'ArrowRight' && folder && !open.has(node.key)) setOpen(node, true)
    else if (key === 'ArrowRight' && folder) seen.go(seen.current + 1)
    else if (key === 'ArrowLeft' && folder && open.has(node.key)) setOpen(node, false)
    else if (key === 'ArrowLeft')
      seen.go(rows.findLastIndex((row, i) => i < seen.current && row.level < node.level))
    else return false
    return true
  }

  return (
    <div
      ref={seen.box}
      className="windowed file-tree"
      role="tree"
      aria-label={label}
      aria-multiselectable
      aria-activedescendant={rows.length === 0 ? undefined : `${id}-${seen.current}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onScroll={seen.onScroll}
    >
      <div role="none" style={{ blockSize: seen.beforePx }} />
      {rows.slice(seen.first, seen.last).map((node, i) => (
        <Row
          key={node.key}
          id={`${id}-${seen.first + i}`}
          node={node}
          place={seen.first + i}
          of={rows.length}
          current={seen.first + i === seen.current}
          open={node.file === undefined ? open.has(node.key) : undefined}
          tick={tickOf(node, chosen, counts)}
          onOpen={() => setOpen(node, !open.has(node.key))}
          onPress={() => {
            seen.go(seen.first + i)
            onChange(toggled(node, chosen))
          }}
        />
      ))}
      <div role="none" style={{ blockSize: seen.afterPx }} />
    </div>
  )
}

const CHECKED: Readonly<Record<Tick, boolean | 'mixed'>> = { all: true, some: 'mixed', none: false }
/** Deeper levels are not moved further to the right: names must stay to be read. */
const MOST_INDENTED = 8

interface RowProps {
  readonly id: string
  readonly node: TreeNode
  readonly place: number
  readonly of: number
  readonly current: boolean
  /** Undefined for a file. */
  readonly open: boolean | undefined
  readonly tick: Tick
  readonly onOpen: () => void
  readonly onPress: () => void
}

function Row({ id, node, place, of, current, open, tick, onOpen, onPress }: RowProps): ReactNode {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree takes the keys for its rows
    // biome-ignore lint/a11y/useFocusableInteractive: the tree holds the focus and names its current row
    <div
      id={id}
      role="treeitem"
      className={`windowed-row tree-level-${Math.min(node.level, MOST_INDENTED)}${current ? ' windowed-current' : ''}`}
      aria-level={node.level}
      aria-expanded={open}
      aria-checked={CHECKED[tick]}
      aria-posinset={place + 1}
      aria-setsize={of}
      onClick={onPress}
    >
      <span
        className="tree-twist"
        aria-hidden="true"
        onClick={(event) => {
          if (open === undefined) return
          event.stopPropagation()
          onOpen()
        }}
      >
        {open !== undefined && <Icon name={open ? 'chevronDown' : 'chevronRight'} />}
      </span>
      <span className={`tree-tick tree-tick-${tick}`} aria-hidden="true">
        {tick === 'all' && <Icon name="check" />}
      </span>
      <Icon name={node.file === undefined ? 'folder' : 'file'} />
      <span className="windowed-name">
        <ForeignText text={node.name} />
      </span>
      <span className="windowed-fact">
        {node.file === undefined
          ? `${t('files.count', node.fileCount)}, ${formatSize(node.totalBytes)}`
          : formatSize(node.totalBytes)}
      </span>
    </div>
  )
}
