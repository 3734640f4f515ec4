// Everyone asks what allows it: one's own work, an open licence, permission; and who may be named as publisher.

import type { ReactNode, RefObject } from 'react'
import { OPEN_LICENCES } from '../../../../src/api/open-licences.ts'
import { t } from '../../text/t.ts'
import { Field, Picks, SelectBox } from '../../ui/field.tsx'
import type { LicenceChoice } from './licence-choice.ts'

const KINDS = ['own-work', 'open', 'permission', 'not-sure'] as const

interface Props {
  readonly choice: LicenceChoice
  readonly onChange: (choice: LicenceChoice) => void
  /** Where the focus goes when this is what is missing. */
  readonly box: RefObject<HTMLDivElement | null>
}

export function LicenceFields({ choice, onChange, box }: Props): ReactNode {
  const { kind, id, publisher } = choice
  return (
    <div className="share-licence" ref={box}>
      <Picks
        label={t('licence.label')}
        value={kind}
        onChange={(next) => onChange({ ...choice, kind: next })}
        options={KINDS.map((value) => ({
          value,
          name: t(`licence.${value}`),
          ...(value === 'not-sure' ? { means: t('licence.not-sure.means') } : {}),
        }))}
      />
      {kind === 'open' && (
        <Field label={t('licence.which')}>
          {(wiring) => (
            <SelectBox
              wiring={wiring}
              value={id}
              options={[{ id: '', name: t('licence.pick') }, ...OPEN_LICENCES].map((one) => ({
                value: one.id,
                name: one.name,
              }))}
              onChange={(next) => onChange({ ...choice, id: next })}
            />
          )}
        </Field>
      )}
      {kind !== undefined && kind !== 'not-sure' && (
        <Field label={t('licence.publisher')} hint={t('licence.publisherHint')}>
          {(wiring) => (
            <input
              {...wiring}
              className="input"
              maxLength={120}
              autoComplete="off"
              value={publisher}
              onChange={({ currentTarget }) => onChange({ ...choice, publisher: currentTarget.value })}
            />
          )}
        </Field>
      )}
    </div>
  )
}
