// Who can get it (INTERFACE.md A1): one control, the same wherever something is shared, each value with its sentence.

import type { ReactNode } from 'react'
import { t } from '../text/t.ts'
import { Picks } from './field.tsx'

/** Narrowest first. Persons and circles come with them. */
export type Who = 'me' | 'link' | 'everyone'

export function AudienceChoice<Offered extends Who>({
  value,
  offered,
  onChange,
}: {
  readonly value: Offered
  readonly offered: readonly Offered[]
  readonly onChange: (audience: Offered) => void
}): ReactNode {
  return (
    <Picks
      label={t('audience.label')}
      value={value}
      onChange={onChange}
      options={offered.map((who: Who) => ({
        value: who as Offered,
        name: t(`audience.${who}`),
        means: t(`audience.${who}.means`),
      }))}
    />
  )
}
