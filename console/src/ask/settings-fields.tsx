import { useEffect, useId } from 'preact/hooks';
import { loadModels, models } from './models.ts';
import { EFFORTS, problemOf, type AskSettings } from './settings.ts';

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
          <label for={`${id}-t`}>Temperature</label>
          <input
            id={`${id}-t`}
            type="number"
            min={0}
            max={2}
            step={0.1}
            placeholder="the model’s own"
            value={settings.temperature}
            aria-describedby={`${id}-p`}
            onInput={(event) => set({ temperature: event.currentTarget.value })}
          />
          <label for={`${id}-m`}>Most output tokens</label>
          <input
            id={`${id}-m`}
            type="number"
            min={1}
            placeholder="no limit"
            value={settings.maxOutputTokens}
            aria-describedby={`${id}-p`}
            onInput={(event) => set({ maxOutputTokens: event.currentTarget.value })}
          />
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
            {problemOf(settings)}
          </p>
          <p class="quiet">Tools of an application are not offered to the model from here.</p>
        </div>
      </details>
    </div>
  );
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
