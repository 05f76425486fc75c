import { useEffect, useId } from 'preact/hooks';
import { loadModels, models } from './models.ts';
import { EFFORTS, problemsOf, type AskSettings } from './settings.ts';

/** Model, instructions and the numbers of a request. The latter are folded until somebody wants them. */
export function SettingsFields({
  settings,
  change,
}: {
  readonly settings: AskSettings;
  readonly change: (settings: AskSettings) => void;
}) {
  const id = useId();
  useEffect(() => void loadModels(), []);
  const set = (part: Partial<AskSettings>): void => change({ ...settings, ...part });
  const problems = problemsOf(settings);
  const number = (name: keyof typeof problems, placeholder: string) => (
    // A field of type `number` hides a text that is no number.
    <input
      id={`${id}-${name}`}
      inputMode="decimal"
      autocomplete="off"
      placeholder={placeholder}
      value={settings[name]}
      aria-invalid={problems[name] !== ''}
      aria-describedby={problems[name] === '' ? undefined : `${id}-p`}
      onInput={(event) => set({ [name]: event.currentTarget.value.trim() })}
    />
  );
  return (
    <div class="ask-settings">
      <label class="ask-model">
        <span>Model</span>
        <ModelField model={settings.model} choose={(model) => set({ model })} />
      </label>
      <details class="ask-more" open={settings.instructions !== ''}>
        <summary>
          Instructions
          {settings.instructions.trim() !== '' && <span class="quiet"> given</span>}
        </summary>
        <textarea
          aria-label="Instructions"
          rows={2}
          placeholder="Shown to the model before the conversation, and not stored in it"
          value={settings.instructions}
          onInput={(event) => set({ instructions: event.currentTarget.value })}
        />
      </details>
      <details class="ask-more">
        <summary>
          Settings
          {settings.temperature + settings.maxOutputTokens + settings.effort !== '' && (
            <span class="quiet"> changed</span>
          )}
        </summary>
        <div class="ask-numbers">
          <label for={`${id}-temperature`}>Temperature</label>
          {number('temperature', 'the model’s own')}
          <label for={`${id}-maxOutputTokens`}>Most output tokens</label>
          {number('maxOutputTokens', 'no limit')}
          <label for={`${id}-e`}>Reasoning effort</label>
          <select
            id={`${id}-e`}
            value={settings.effort}
            onChange={(event) => set({ effort: event.currentTarget.value })}
          >
            <option value="">the model’s own</option>
            {EFFORTS.map((effort) => (
              <option key={effort}>{effort}</option>
            ))}
          </select>
          <p id={`${id}-p`} class="problem" role="alert">
            {Object.values(problems).filter(Boolean).join(' ')}
          </p>
          <p class="quiet">Tools of an application are not offered to the model from here.</p>
        </div>
      </details>
    </div>
  );
}

/** Leads to the first setting of a form that no model can have. Returns whether there is one. */
export function leadToProblem(form: HTMLFormElement | null): boolean {
  const field = form?.querySelector<HTMLElement>('[aria-invalid=true]');
  const details = field?.closest('details');
  if (details) details.open = true;
  field?.focus();
  return field !== undefined && field !== null;
}

function ModelField({
  model,
  choose,
}: {
  readonly model: string;
  readonly choose: (model: string) => void;
}) {
  const names = models.value;
  const [first] = names ?? [];
  useEffect(() => {
    if (first !== undefined && names?.includes(model) === false) choose(first);
  }, [model, names]);
  if (names === undefined) return <select disabled aria-label="Model" />;
  if (names.length === 0) {
    return (
      <input
        placeholder="the server’s default"
        value={model}
        onInput={(event) => choose(event.currentTarget.value)}
      />
    );
  }
  return (
    <select value={model} onChange={(event) => choose(event.currentTarget.value)}>
      {names.map((name) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
}
