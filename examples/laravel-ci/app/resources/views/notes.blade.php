<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{{ config('app.name') }}</title>
  <link rel="stylesheet" href="/notes.css">
</head>
<body>
  <main>
    <h1>Notes</h1>
    <form method="post" action="/notes">
      @csrf
      <label for="text">A new note</label>
      <input id="text" name="text" maxlength="{{ App\Models\Note::LONGEST }}" value="{{ old('text') }}" required>
      <button>Add</button>
      @error('text')
        <p class="error">{{ $message }}</p>
      @enderror
    </form>
    <ol>
      @forelse ($notes as $note)
        <li title="{{ $note->text }}">{{ $note->short(60) }} <time>{{ $note->created_at->format('Y-m-d H:i') }}</time></li>
      @empty
        <li class="none">There is none yet.</li>
      @endforelse
    </ol>
    <footer>{{ config('app.name') }} in {{ config('app.env') }}</footer>
  </main>
</body>
</html>
