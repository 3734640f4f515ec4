// What a change of many will touch: how many, the first by name, and how much data.

import type { ReactNode } from 'react'
import { formatSize } from '../../../../../src/api/format-quantity.ts'
import type { TransferRow } from '../../../../../src/api/schemas/transfer.ts'
import { rows } from '../../../store/connection.ts'
import { t } from '../../../text/t.ts'
import { ForeignText } from '../../../ui/foreign-text.tsx'
import './preview.css'

const NAMED = 4

export function rowsOf(ids: readonly string[]): readonly TransferRow[] {
  return ids.map((id) => rows.get(id)).filter((row) => row !== undefined)
}

export function Preview({ chosen }: { readonly chosen: readonly TransferRow[] }): ReactNode {
  const more = chosen.length - NAMED
  const bytes = chosen.reduce((sum, row) => sum + row.totalBytes, 0)
  return (
    <div className="preview">
      {chosen.length > 1 && (
        <p>
          <strong>{t('transfers.count', chosen.length)}</strong>, {formatSize(bytes)}
        </p>
      )}
      <ul>
        {chosen.slice(0, NAMED).map((row) => (
          <li key={row.id} className="truncate">
            <ForeignText text={row.name} />
          </li>
        ))}
        {more > 0 && <li className="soft">{t('change.more', more)}</li>}
      </ul>
    </div>
  )
}

/** The value that all of them have; undefined when they differ. */
export function common<Value extends string | number | boolean | null>(
  chosen: readonly TransferRow[],
  of: (row: TransferRow) => Value,
): Value | undefined {
  const [first, ...rest] = chosen.map(of)
  return first !== undefined && rest.every((value) => value === first) ? first : undefined
}
