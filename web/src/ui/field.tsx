// Fields with their name above, what helps below, and what is wrong with them; ticks and choices with their sentence beside.

import { type ReactNode, useId } from 'react'
import './field.css'

export interface FieldWiring {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': boolean | undefined
}

interface FieldProps {
  readonly label: ReactNode
  readonly hint?: ReactNode
  readonly wrong?: string | undefined
  /** The control, which takes the wiring as its properties. */
  readonly children: (wiring: FieldWiring) => ReactNode
}

export function Field({ label, hint, wrong, children }: FieldProps): ReactNode {
  const id = useId()
  const help = useId()
  const helped = hint !== undefined || wrong !== undefined
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': helped ? help : undefined,
        'aria-invalid': wrong === undefined ? undefined : true,
      })}
      {helped && (
        <p id={help} className={wrong === undefined ? 'field-hint' : 'field-hint field-wrong'}>
          {wrong ?? hint}
        </p>
      )}
    </div>
  )
}

interface TickProps {
  readonly on: boolean
  /** Partly on. */
  readonly mixed?: boolean
  readonly disabled?: boolean
  readonly onChange: (on: boolean) => void
  readonly children: ReactNode
}

export function TickBox({ on, mixed = false, disabled = false, onChange, children }: TickProps): ReactNode {
  return (
    <label className="tick">
      <input
        type="checkbox"
        checked={on}
        disabled={disabled}
        ref={(element) => {
          if (element !== null) element.indeterminate = mixed
        }}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span className="tick-text">{children}</span>
    </label>
  )
}

interface PickProps<Value extends string> {
  readonly label: string
  /** Undefined: none of them yet. */
  readonly value: Value | undefined
  readonly options: readonly { readonly value: Value; readonly name: string; readonly means?: string }[]
  readonly onChange: (value: Value) => void
}

/** One of a few, each with what it means. */
export function Picks<Value extends string>({
  label,
  value,
  options,
  onChange,
}: PickProps<Value>): ReactNode {
  const name = useId()
  return (
    <fieldset className="picks">
      <legend className="field-label">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className="pick">
          <input
            type="radio"
            name={name}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span className="pick-text">
            <span className="pick-name">{option.name}</span>
            {option.means !== undefined && <span className="pick-means">{option.means}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  )
}

interface SelectProps<Value extends string> {
  readonly wiring: FieldWiring
  readonly value: Value
  readonly options: readonly { readonly value: Value; readonly name: string }[]
  readonly onChange: (value: Value) => void
}

export function SelectBox<Value extends string>({
  wiring,
  value,
  options,
  onChange,
}: SelectProps<Value>): ReactNode {
  return (
    <select
      {...wiring}
      className="input select"
      value={value}
      onChange={({ currentTarget }) => {
        const chosen = options.find((option) => option.value === currentTarget.value)
        if (chosen !== undefined) onChange(chosen.value)
      }}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.name}
        </option>
      ))}
    </select>
  )
}
