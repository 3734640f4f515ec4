// Everything that moves or could: the list, its filters, and the details of one.

import type { ReactNode } from 'react'
import { t } from '../../text/t.ts'

export function Transfers(): ReactNode {
  return <h1>{t('transfers.title')}</h1>
}
