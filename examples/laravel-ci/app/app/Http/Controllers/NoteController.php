<?php

namespace App\Http\Controllers;

use App\Models\Note;
use Illuminate\Http\RedirectResponse;
use Illuminate\Http\Request;
use Illuminate\View\View;

class NoteController
{
    public function index(): View
    {
        return view('notes', ['notes' => Note::latest('id')->limit(50)->get()]);
    }

    public function store(Request $request): RedirectResponse
    {
        $rules = ['text' => ['required', 'string', 'max:' . Note::LONGEST]];
        $words = ['text.required' => 'Write something first.', 'text.max' => 'A note has up to :max characters.'];
        $given = $request->validate($rules, $words);
        Note::create($given);

        return redirect('/');
    }
}
