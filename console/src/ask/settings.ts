/** What a request to a model says besides its input. */
export interface AskSettings {
  /** Empty for the server's default. */
  readonly model: string;
  readonly instructions: string;
  /** Numbers as they were typed, empty for the model's own. */
  readonly temperature: string;
  readonly maxOutputTokens: string;
  readonly effort: string;
}

export const NO_SETTINGS: AskSettings = {
  model: '',
  instructions: '',
  temperature: '',
  maxOutputTokens: '',
  effort: '',
};

export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high'] as const;

/** Returns the fields of a request that the settings stand for. */
export function requestFields(settings: AskSettings): Readonly<Record<string, unknown>> {
  const { model, instructions, temperature, maxOutputTokens, effort } = settings;
  return {
    ...(model !== '' && { model }),
    ...(instructions.trim() !== '' && { instructions }),
    ...(temperature !== '' && { temperature: Number(temperature) }),
    ...(maxOutputTokens !== '' && { max_output_tokens: Number(maxOutputTokens) }),
    ...(effort !== '' && { reasoning: { effort } }),
  };
}

/** Says of each number whether a model cannot have it; empty for one that it can. */
export function problemsOf({ temperature, maxOutputTokens: most }: AskSettings): {
  readonly temperature: string;
  readonly maxOutputTokens: string;
} {
  const isTemperature = /^[\d.]*$/.test(temperature) && Number(temperature) <= 2;
  return {
    temperature: isTemperature ? '' : 'The temperature is from 0 to 2.',
    maxOutputTokens: /^([1-9]\d*)?$/.test(most) ? '' : 'Tokens are a whole number from 1.',
  };
}
