<?php

namespace Tests\Unit;

use App\Models\Note;
use PHPUnit\Framework\TestCase;

class NoteTest extends TestCase
{
    public function testShortTextStays(): void
    {
        $this->assertSame('Milk', (new Note(['text' => 'Milk']))->short(4));
    }

    public function testLongTextIsCutBetweenWords(): void
    {
        $this->assertSame('Milk and…', (new Note(['text' => 'Milk and honey']))->short(12));
    }

    public function testOneLongWordIsCutInside(): void
    {
        $this->assertSame('äöü…', (new Note(['text' => 'äöüäöü']))->short(4));
    }
}
