// How this page looks and listens, in this browser only.

import type { ReactNode } from 'react'
import { letterKeys, type Theme, theme } from '../../store/preferences.ts'
import { useSignal } from '../../store/use-signal.ts'
import { t } from '../../text/t.ts'
import { Field, SelectBox } from '../../ui/field.tsx'
import { Switch } from '../../ui/switch.tsx'
import { Section } from '../section.tsx'

const THEMES = ['system', 'light', 'dark'] as const satisfies readonly Theme[]

export function Looks(): ReactNode {
  const chosen = useSignal(theme)
  const letters = useSignal(letterKeys)
  return (
    <Section title={t('looks.title')}>
      <div className="setting">
        <Field label={t('looks.theme')}>
          {(wiring) => (
            <SelectBox
              wiring={wiring}
              value={chosen}
              options={THEMES.map((value) => ({ value, name: t(`looks.theme.${value}`) }))}
              onChange={(next) => theme.set(next)}
            />
          )}
        </Field>
        <p className="setting-foot">{t('looks.key')}</p>
      </div>
      <div className="setting">
        <Switch isSelected={letters} onChange={(on) => letterKeys.set(on)}>
          <span className="field-label">{t('looks.letters')}</span>
        </Switch>
        <p className="setting-means">{t('looks.lettersMeans')}</p>
        <p className="setting-foot">{t('looks.key')}</p>
      </div>
    </Section>
  )
}
