// One line to type into, as a Field.

import type { ReactNode } from 'react'
import { Field } from './field.tsx'

interface Props {
  readonly label: string
  readonly hint?: string
  readonly wrong?: string | undefined
  readonly placeholder?: string
  readonly value: string
  readonly onChange: (text: string) => void
  readonly autoFocus?: boolean
  readonly isDisabled?: boolean
}

export function TextField({
  value,
  onChange,
  placeholder,
  autoFocus = false,
  isDisabled = false,
  ...field
}: Props): ReactNode {
  return (
    <Field {...field}>
      {(wiring) => (
        <input
          {...wiring}
          className="input"
          type="text"
          autoComplete="off"
          spellCheck={false}
          // biome-ignore lint/a11y/noAutofocus: the first thing of a dialog that was just asked for
          autoFocus={autoFocus}
          disabled={isDisabled}
          placeholder={placeholder}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}
