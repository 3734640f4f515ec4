// Which files of it: all, none, by kind, or in the tree, and what that amounts to.

import type { ReactNode } from 'react'
import { formatSize } from '../../../src/api/format-quantity.ts'
import { t } from '../text/t.ts'
import { TickBox } from '../ui/field.tsx'
import { changed, chosenBytes, kindSums, type TreeFile } from './file-tree.ts'
import { FileTreeView } from './file-tree-view.tsx'

interface Props {
  readonly files: readonly TreeFile[]
  readonly chosen: ReadonlySet<number>
  readonly onChange: (chosen: ReadonlySet<number>) => void
}

export function FileChoice({ files, chosen, onChange }: Props): ReactNode {
  const kinds = kindSums(files, chosen)
  const all = chosen.size === files.length
  const size = formatSize(chosenBytes(files, chosen))
  return (
    <div className="file-choice">
      <div className="file-choice-bar">
        <TickBox
          on={all}
          mixed={!all && chosen.size > 0}
          onChange={(on) => onChange(new Set(on ? files.map(({ index }) => index) : []))}
        >
          {t('files.all')}
        </TickBox>
        {kinds.length > 1 &&
          kinds.map(({ kind, indexes, totalBytes, tick }) => (
            <TickBox
              key={kind}
              on={tick === 'all'}
              mixed={tick === 'some'}
              onChange={(on) => onChange(changed(chosen, indexes, on))}
            >
              {t('files.kind', kind, indexes.length, formatSize(totalBytes))}
            </TickBox>
          ))}
        <span className="file-choice-sum" role="status">
          {t('files.selection', chosen.size, files.length, size)}
        </span>
      </div>
      <FileTreeView label={t('files.label')} files={files} chosen={chosen} onChange={onChange} />
    </div>
  )
}
