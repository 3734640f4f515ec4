// The list of keys, and whether single letters are keys at all.

import type { ReactNode } from 'react'
import type { DialogProps } from '../app/dialogs.ts'
import { letterKeys } from '../store/preferences.ts'
import { useSignal } from '../store/use-signal.ts'
import { t } from '../text/t.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Switch } from '../ui/switch.tsx'
import './keys.css'

const EVERYWHERE = [
  [['Ctrl K', '⌘ K'], 'keys.box'],
  [['g t'], 'keys.goTransfers'],
  [['g l'], 'keys.goLibrary'],
  [['g s'], 'keys.goSearch'],
  [['g p'], 'keys.goPeople'],
  [['g n'], 'keys.goNetwork'],
  [['g ,'], 'keys.goSettings'],
  [['Ctrl Z', '⌘ Z'], 'keys.undo'],
  [['?'], 'keys.help'],
] as const
const LIST = [
  [['j', 'k', '↓', '↑'], 'keys.next'],
  [['Space'], 'keys.select'],
  [['Shift ↓', 'Shift Space'], 'keys.selectRange'],
  [['Ctrl A', '⌘ A'], 'keys.selectAll'],
  [['Enter'], 'keys.details'],
  [['p'], 'keys.pause'],
  [['Del'], 'keys.remove'],
  [['Shift F10'], 'keys.menu'],
  [['Esc'], 'keys.escape'],
] as const

export function Keys({ close }: DialogProps<'keys'>): ReactNode {
  const letters = useSignal(letterKeys)
  return (
    <Dialog title={t('keys.title')} close={close}>
      <Switch isSelected={letters} onChange={(on) => letterKeys.set(on)}>
        {t('keys.letters')}
      </Switch>
      <Group title={t('keys.group.everywhere')} keys={EVERYWHERE} />
      <Group title={t('keys.group.list')} keys={LIST} />
    </Dialog>
  )
}

function Group({
  title,
  keys,
}: {
  readonly title: string
  readonly keys: typeof EVERYWHERE | typeof LIST
}): ReactNode {
  return (
    <section>
      <h3>{title}</h3>
      <dl className="keys">
        {keys.map(([names, what]) => (
          <div key={what} className="keys-row">
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{t(what)}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
