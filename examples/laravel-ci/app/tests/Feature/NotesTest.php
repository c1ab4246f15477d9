<?php

namespace Tests\Feature;

use App\Models\Note;
use Illuminate\Foundation\Testing\RefreshDatabase;
use Tests\TestCase;

class NotesTest extends TestCase
{
    use RefreshDatabase;

    public function testItAnswersThatItIsWell(): void
    {
        $this->get('/health')->assertOk()->assertExactJson(['status' => 'ok']);
    }

    public function testThereIsNoneAtFirst(): void
    {
        $this->get('/')->assertOk()->assertSee('There is none yet.');
    }

    public function testANoteIsKeptAndShownAsText(): void
    {
        $this->post('/notes', ['text' => '<b>Milk</b>'])->assertRedirect('/');
        $this->assertSame(1, Note::count());
        $this->get('/')->assertSee('&lt;b&gt;Milk&lt;/b&gt;', false)->assertDontSee('There is none yet.');
    }

    public function testALongNoteIsRefused(): void
    {
        $this->post('/notes', ['text' => str_repeat('x', Note::LONGEST + 1)])->assertSessionHasErrors('text');
        $this->assertSame(0, Note::count());
    }
}
