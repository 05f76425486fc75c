import { useId } from 'preact/hooks';

/** A choice between a few words. */
export function Choice<Option extends string>({
  legend,
  options,
  chosen,
  choose,
}: {
  readonly legend: string;
  readonly options: readonly Option[];
  readonly chosen: Option;
  readonly choose: (option: Option) => void;
}) {
  const group = useId();
  return (
    <fieldset class="choice">
      <legend>{legend}</legend>
      {options.map((option) => (
        <label key={option}>
          <input
            type="radio"
            name={group}
            checked={chosen === option}
            onChange={() => choose(option)}
          />
          {option}
        </label>
      ))}
    </fieldset>
  );
}
