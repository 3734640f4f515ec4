// Who can get it (INTERFACE.md A1): one control, the same wherever something is shared, each value with its sentence.

import type { ReactNode } from 'react'
import type { Audience } from '../../../src/api/schemas/primitives.ts'
import { t } from '../text/t.ts'
import { Picks } from './field.tsx'

export function AudienceChoice({
  value,
  onChange,
}: {
  readonly value: Audience
  readonly onChange: (audience: Audience) => void
}): ReactNode {
  return (
    <Picks
      label={t('audience.label')}
      value={value}
      onChange={onChange}
      options={[
        { value: 'link', name: t('audience.link'), means: t('audience.link.means') },
        { value: 'everyone', name: t('audience.everyone'), means: t('audience.everyone.means') },
      ]}
    />
  )
}
